using System.Globalization;
using System.Text.Json.Nodes;
using Tripod.Linux;
using Tripod.Linux.Events;
using Tripod.Linux.FileSystem;
using Tripod.Linux.Processes;
using Tripod.Runtime.Cgroups;
using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Oci;

/// <summary>
/// The one place that runs an OCI runtime (crun) and conmon: the seam between a finished bundle and a running process.
/// Thin, and without state of its own.
/// </summary>
internal sealed class OciRuntime(RuntimeOptions options, RuntimePaths paths, CgroupTree cgroups, Func<string, string> cgroupOf)
{
    /// <summary>Starts a bundle that needs neither log nor exit code (pause); returns its pid. The fds are kept open in it from 3 on.</summary>
    public async Task<int> RunDetachedAsync(string id, string handler, IReadOnlyList<FileDescriptor> keptOpen)
    {
        var pidFile = Path.Combine(paths.Bundle(id), "pid");
        var (code, error) = await ChildProcess.Run(new()
        {
            Command =
            [
                Program(handler), .. Arguments(id, handler), "run", "--detach", "--preserve-fds", keptOpen.Count.ToString(CultureInfo.InvariantCulture),
                "--bundle", paths.Bundle(id), "--pid-file", pidFile, id,
            ],
            Descriptors = [null, null, null, .. keptOpen],
            HiddenMount = cgroups.HybridMount,
        }).ConfigureAwait(false);
        return code == 0 ? ReadPid(pidFile) : throw Failed(id, error);
    }

    /// <summary>Creates the container under conmon and starts it; returns the pid of its first process.</summary>
    /// <param name="id">The container's.</param>
    /// <param name="handler">The OCI runtime; empty: the engine's.</param>
    /// <param name="config">Its streams.</param>
    /// <param name="logPath">Where conmon writes them.</param>
    /// <param name="held">Kept open by conmon as long as the container runs; the container does not get them.</param>
    /// <param name="created">Run when the container is there and its command has not begun.</param>
    public async Task<int> CreateAndStartAsync(string id, string handler, ContainerConfig config, string logPath, IReadOnlyList<FileDescriptor> held, Func<int, Task> created)
    {
        var bundle = paths.Bundle(id);
        var program = Program(handler);
        var (read, write) = Pipe.Create();
        int conmon;
        using (write)
        {
            conmon = await ChildProcess.Start(new()
            {
                Command = [Find(options.Conmon, "container monitor"), .. ConmonArguments(id, program, Arguments(id, handler), bundle, config, logPath)],
                Environment = new Dictionary<string, string> { ["_OCI_SYNCPIPE"] = "3" },
                Descriptors = [null, null, null, write, .. held],
                HiddenMount = cgroups.HybridMount,
            }).ConfigureAwait(false);
        }

        // conmon's first process ends at once and leaves the pipe to the one that stays; it speaks when the OCI runtime is done.
        await using var answer = new FdStream(read);
        using var text = new StreamReader(answer);
        var said = await text.ReadLineAsync().ConfigureAwait(false);
        await ChildProcess.End(conmon).ConfigureAwait(false);
        var pid = Pid(id, said);
        await created(pid).ConfigureAwait(false);
        await ReleaseAsync(id, handler, program).ConfigureAwait(false);
        return pid;
    }

    /// <summary>Forgets what the OCI runtime wrote down of a container that has ended.</summary>
    public void Forget(string id)
    {
        var state = Path.Combine(paths.OciState, id);
        if (Directory.Exists(state))
        {
            TreeRemoval.Remove(state);
        }
    }

    public async Task UpdateAsync(string id, string handler, string resourcesJson)
    {
        var file = Path.Combine(paths.Bundle(id), "update.json");
        await File.WriteAllTextAsync(file, resourcesJson).ConfigureAwait(false);
        var (code, error) = await RunAsync(id, handler, "update", "--resources", file, id).ConfigureAwait(false);
        if (code != 0)
        {
            throw Failed(id, error);
        }
    }

    /// <summary>Dumps the container's processes by CRIU; they go on.</summary>
    /// <param name="images">A folder for CRIU's images.</param>
    /// <param name="work">A folder for its log.</param>
    public async Task CheckpointAsync(string id, string handler, string images, string work)
    {
        var (code, error) = await RunAsync(id, handler, "checkpoint", "--leave-running", "--image-path", images, "--work-path", work, id).ConfigureAwait(false);
        if (code != 0)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, CheckpointFailure.Describe(id, Path.GetFileName(Program(handler)), error, Path.Combine(work, "dump.log")));
        }
    }

    /// <summary>What a command such as exec starts with: program and global arguments.</summary>
    public IReadOnlyList<string> CommandPrefix(string id, string handler) => [Program(handler), .. Arguments(id, handler)];

    public string? HiddenMount => cgroups.HybridMount;

    /// <summary>
    /// A created container waits for a byte on its exec.fifo. Writing it here spares the process that "start" would be;
    /// a runtime without such a fifo is asked to start.
    /// </summary>
    private async Task ReleaseAsync(string id, string handler, string program)
    {
        var fifo = Path.Combine(paths.OciState, id, "exec.fifo");
        if (Path.GetFileName(program) == "crun" && File.Exists(fifo))
        {
            Pipe.WriteByte(fifo);
            return;
        }

        var (code, error) = await RunAsync(id, handler, "start", id).ConfigureAwait(false);
        if (code != 0)
        {
            throw Failed(id, error);
        }
    }

    private Task<(int ExitCode, string Error)> RunAsync(string id, string handler, params string[] command) =>
        ChildProcess.Run(new() { Command = [.. CommandPrefix(id, handler), .. command], HiddenMount = cgroups.HybridMount });

    private IReadOnlyList<string> ConmonArguments(string id, string program, IReadOnlyList<string> arguments, string bundle, ContainerConfig config, string logPath) =>
    [
        "--api-version", "1", "-c", id, "-u", id, "-n", id, "-r", program, "-b", bundle, "-p", Path.Combine(bundle, "pid"),
        "-P", Path.Combine(bundle, "conmon.pid"), "--persist-dir", bundle, "--exit-dir", paths.Exits, "--full-attach",
        "-l", config.NoLog ? "none" : $"k8s-file:{logPath}", "--log-level", "error",
        .. arguments.SelectMany(argument => new[] { "--runtime-arg", argument }),
        .. config.Stdin ? ["-i"] : Array.Empty<string>(),
        .. config.Stdin && !config.StdinOnce ? ["--leave-stdin-open"] : Array.Empty<string>(),
        .. config.Tty ? ["-t"] : Array.Empty<string>(),
    ];

    /// <summary>By the form of the container's own cgroup: one that was started under another driver keeps it.</summary>
    private IReadOnlyList<string> Arguments(string id, string handler) =>
        ["--root", paths.OciState, .. SystemdUnit.IsScope(cgroupOf(id)) ? ["--systemd-cgroup"] : RuntimeHandlers.ArgumentsOf(options, handler)];

    private string Program(string handler) => Find(RuntimeHandlers.ProgramOf(options, handler), "OCI runtime");

    /// <summary>Where a program is: by its path, or found in PATH; null where it is not.</summary>
    public static string? Locate(string program)
    {
        var candidates = program.Contains('/', StringComparison.Ordinal)
            ? [program]
            : (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin:/usr/sbin:/sbin").Split(':').Select(folder => Path.Combine(folder, program));
        return candidates.FirstOrDefault(File.Exists);
    }

    private static string Find(string program, string role) => Locate(program)
        ?? throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"{role} {program} is not installed: apt install {Path.GetFileName(program)}, or configure another");

    private int Pid(string id, string? said)
    {
        var answer = said is { Length: > 0 } ? JsonNode.Parse(said) : null;
        var pid = (int?)answer?["data"] ?? -1;
        return pid > 0 ? pid : throw Failed(id, (string?)answer?["message"] ?? "conmon ended without a word");
    }

    private static int ReadPid(string file) => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    private RuntimeException Failed(string id, string error)
    {
        var text = error.Trim();
        return StartError.Describe(text, Command(id)) is { } known
            ? new(RuntimeErrorKind.Internal, known, "StartError")
            : new(RuntimeErrorKind.Internal, $"failed to create container: {text}", "RunContainerError");
    }

    private string Command(string id) => (string?)JsonNode.Parse(File.ReadAllBytes(Path.Combine(paths.Bundle(id), "config.json")))?["process"]?["args"]?[0] ?? "";
}
