using System.Globalization;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;

// A program as a user of Docker.DotNet writes it; nothing in it knows which engine answers. Each step says "ok NAME".
using var configuration = new DockerClientConfiguration(new Uri(args[0]));
using var docker = configuration.CreateClient();
var hostPort = args[1];
var name = string.Create(CultureInfo.InvariantCulture, $"dotnet-{Environment.ProcessId}");

await docker.System.PingAsync();
var version = await docker.System.GetVersionAsync();
Step("version", version.APIVersion == "1.51" && (await docker.System.GetSystemInfoAsync()).OSType == "linux");

var images = await docker.Images.ListImagesAsync(new ImagesListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["reference"] = new Dictionary<string, bool> { ["busybox"] = true } } });
Step("image", images.Count == 1 && (await docker.Images.InspectImageAsync("busybox")).ID == images[0].ID);

var seen = new TaskCompletionSource<string>();
using var over = new CancellationTokenSource();
var watching = docker.System.MonitorEventsAsync(
    new ContainerEventsParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["event"] = new Dictionary<string, bool> { ["start"] = true } } },
    new Progress<Message>(message => seen.TrySetResult(message.Actor.Attributes["name"])),
    over.Token);

var made = await docker.Containers.CreateContainerAsync(new CreateContainerParameters
{
    Name = name,
    Image = "busybox",
    Cmd = ["sh", "-c", "echo served > /index.html; echo said; echo wrong >&2; exec httpd -f -p 80 -h /"],
    Env = ["COLOUR=blue"],
    Labels = new Dictionary<string, string> { ["made.by"] = "dotnet" },
    ExposedPorts = new Dictionary<string, EmptyStruct> { ["80/tcp"] = default },
    HostConfig = new HostConfig
    {
        Memory = 64 * 1024 * 1024,
        PortBindings = new Dictionary<string, IList<PortBinding>> { ["80/tcp"] = [new PortBinding { HostPort = hostPort }] },
        RestartPolicy = new RestartPolicy { Name = RestartPolicyKind.OnFailure, MaximumRetryCount = 2 },
    },
});
Step("start", await docker.Containers.StartContainerAsync(made.ID, new ContainerStartParameters()));
Step("event", await seen.Task.WaitAsync(TimeSpan.FromSeconds(10)) == name);

var inspected = await docker.Containers.InspectContainerAsync(name);
Step("inspect", inspected.State.Running && inspected.HostConfig.Memory == 64 * 1024 * 1024 && inspected.Config.Labels["made.by"] == "dotnet"
    && inspected.NetworkSettings.Ports["80/tcp"][0].HostPort == hostPort && inspected.NetworkSettings.IPAddress.Length > 0);
var listed = await docker.Containers.ListContainersAsync(new ContainersListParameters { Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { ["made.by=dotnet"] = true } } });
Step("list", listed.Single().Names.Single() == $"/{name}" && listed[0].Ports.Single().PublicPort.ToString(CultureInfo.InvariantCulture) == hostPort);

using (var http = new HttpClient())
{
    Step("port", await Eventually(async () => await http.GetStringAsync(new Uri($"http://127.0.0.1:{hostPort}/index.html")) == "served\n"));
}

using (var logs = await docker.Containers.GetContainerLogsAsync(name, false, new ContainerLogsParameters { ShowStdout = true, ShowStderr = true }))
{
    var (stdout, stderr) = await logs.ReadOutputToEndAsync(CancellationToken.None);
    Step("logs", stdout == "said\n" && stderr == "wrong\n");
}

var exec = await docker.Exec.ExecCreateContainerAsync(name, new ContainerExecCreateParameters { Cmd = ["sh", "-c", "cat; echo $COLOUR; exit 7"], AttachStdin = true, AttachStdout = true, AttachStderr = true });
using (var streams = await docker.Exec.StartAndAttachContainerExecAsync(exec.ID, false))
{
    var input = Encoding.ASCII.GetBytes("typed\n");
    await streams.WriteAsync(input, 0, input.Length, CancellationToken.None);
    streams.CloseWrite();
    var (stdout, _) = await streams.ReadOutputToEndAsync(CancellationToken.None);
    Step("exec", stdout == "typed\nblue\n" && (await docker.Exec.InspectContainerExecAsync(exec.ID)).ExitCode == 7);
}

var archive = await docker.Containers.GetArchiveFromContainerAsync(name, new GetArchiveFromContainerParameters { Path = "/index.html" }, false);
using (archive.Stream)
{
    await docker.Containers.ExtractArchiveToContainerAsync(name, new ContainerPathStatParameters { Path = "/tmp" }, archive.Stream);
}

Step("archive", (await docker.Containers.GetArchiveFromContainerAsync(name, new GetArchiveFromContainerParameters { Path = "/tmp/index.html" }, true)).Stat.Size == "served\n".Length);

var volume = await docker.Volumes.CreateAsync(new VolumesCreateParameters { Name = name });
var network = await docker.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = name, CheckDuplicate = true });
await docker.Networks.ConnectNetworkAsync(network.ID, new NetworkConnectParameters { Container = made.ID });
Step("network", (await docker.Networks.InspectNetworkAsync(network.ID)).Containers.ContainsKey(made.ID) && (await docker.Volumes.InspectAsync(name)).Mountpoint == volume.Mountpoint);
await docker.Networks.DisconnectNetworkAsync(network.ID, new NetworkDisconnectParameters { Container = made.ID });
await docker.Networks.DeleteNetworkAsync(network.ID);
await docker.Volumes.RemoveAsync(name);

Step("top", (await docker.Containers.ListProcessesAsync(name, new ContainerListProcessesParameters())).Processes.Any(process => process.Any(field => field.Contains("httpd", StringComparison.Ordinal))));
Step("stop", await docker.Containers.StopContainerAsync(name, new ContainerStopParameters { WaitBeforeKillSeconds = 0 }));
Step("wait", (await docker.Containers.WaitContainerAsync(name)).StatusCode == 137);
await docker.Containers.RemoveContainerAsync(name, new ContainerRemoveParameters { Force = true });
try
{
    await docker.Containers.InspectContainerAsync(name);
    Step("gone", holds: false);
}
catch (DockerContainerNotFoundException)
{
    Step("gone", holds: true);
}

await over.CancelAsync();
try
{
    await watching;
}
catch (OperationCanceledException)
{
    Step("end", holds: true);
}

static void Step(string what, bool holds)
{
    Console.WriteLine($"{(holds ? "ok" : "FAILED")} {what}");
    if (!holds)
    {
        Environment.Exit(1);
    }
}

static async Task<bool> Eventually(Func<Task<bool>> holds)
{
    for (var begun = System.Diagnostics.Stopwatch.StartNew(); begun.Elapsed < TimeSpan.FromSeconds(10); await Task.Delay(50))
    {
        try
        {
            if (await holds())
            {
                return true;
            }
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
        }
    }

    return false;
}
