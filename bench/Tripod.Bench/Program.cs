using System.Globalization;
using Tripod.Bench;
using Tripod.Bench.Contenders;

// Usage: Tripod.Bench TRIPOD IMAGE ROOTFS CRUN_SCRIPT [ROUNDS]; bench/run.sh prepares them.
var (program, image, rootfs, script) = (args[0], args[1], args[2], args[3]);
var rounds = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 30;
switch (Environment.GetEnvironmentVariable("BENCH_ONLY"))
{
    case "scale":
        await StoreMany();
        return;
    case "cri":
        await AskAsKubelet();
        return;
    case "pods":
        await WatchPods();
        return;
}

const int Many = 20, Listed = 100;

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} CPUs, Linux {Environment.OSVersion.Version}, {DateTime.UtcNow:yyyy-MM-dd}; {program} ({(File.Exists(Path.ChangeExtension(program, ".dll")) ? "JIT" : "NativeAOT")} build)"));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pod: pause + 2 containers + hostPort; median / 99th percentile of {rounds}"));
Console.WriteLine();
Console.WriteLine($"| | start to HTTP 200 | delete, grace 0 | {Many} at once | memory per pod |");
Console.WriteLine("|---|---|---|---|---|");

var tripod = await TripodContender.Open(program, image);
await using (tripod)
{
    var idle = await AtRest(tripod);
    await Row(tripod, tripod.EnginePid);
    await Try("crun", async () => await CrunContender.Open(script, rootfs));
    await Try("podman", async () => await PodmanContender.Open(image));
    Console.WriteLine();
    var (after, again) = (Processes.Pss(tripod.EnginePid), await AtRest(tripod));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"engine: {idle / 1024.0:0} MiB PSS at rest before these runs, {after / 1024.0:0} MiB right after them, {again / 1024.0:0} MiB at rest again"));
    await tripod.StartSmall(Listed);
    var get = await Measurements.Repeat(rounds, () => Shell.Run("kubectl", ["--kubeconfig", tripod.Kubeconfig, "get", "po"]));
    var version = await Measurements.Repeat(rounds, () => Shell.Run("kubectl", ["version", "--client"]));
    var list = await Measurements.Repeat(rounds, tripod.List);
    Console.WriteLine($"kubectl get po with {Listed} pods: {get} (kubectl version --client: {version}; the list request alone: {list})");
    (after, again) = (Processes.Pss(tripod.EnginePid), await AtRest(tripod));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"engine with {Listed} pods: {after / 1024.0:0} MiB PSS, {again / 1024.0:0} MiB at rest"));
}

Console.WriteLine();
await AskAsKubelet();
Console.WriteLine();
await WatchPods();
Console.WriteLine();
await StoreMany();

// What a busy time needed is given back some seconds after it.
static async Task<long> AtRest(TripodContender tripod)
{
    await Task.Delay(TimeSpan.FromSeconds(10));
    return Processes.Pss(tripod.EnginePid);
}

async Task AskAsKubelet()
{
    await using var other = await TripodContender.Open(program, image);
    await CriFigures.Run(other, rounds);
}

async Task WatchPods()
{
    await using var other = await TripodContender.Open(program, image);
    await PodFigures.Run(other, rounds);
}

async Task StoreMany()
{
    await using var other = await TripodContender.Open(program, image);
    await Scale.Run(other, Math.Min(rounds, 10));
}

async Task Try(string needed, Func<Task<IContender>> open)
{
    if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, needed))))
    {
        Console.WriteLine($"| {needed} | is not installed | | | |");
        return;
    }

    try
    {
        await using var contender = await open();
        await Row(contender, engine: null);
    }
    catch (InvalidOperationException failure)
    {
        Console.WriteLine($"| {needed} | does not run here: {failure.Message.ReplaceLineEndings(" ")} | | | |");
    }
}

async Task Row(IContender contender, int? engine)
{
    var (start, delete) = await Measurements.OneByOne(contender, rounds);
    var (many, memory) = await Measurements.AtOnce(contender, Many, engine);
    var overhead = memory == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{memory / 1024.0:0.0} MiB");
    Console.WriteLine($"| {contender.Name} | {start} | {delete} | {many} | {overhead} |");
}
