using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tripod.IntegrationTests.Fixtures;
using Tripod.Linux;
using Tripod.Linux.Processes;
using Xunit;

namespace Tripod.IntegrationTests.Host;

/// <summary>The engine as a service manager starts it: sockets handed over by name, news told back (sd_listen_fds(3), sd_notify(3)).</summary>
public sealed class ServiceTests
{
    [Fact]
    public async Task Sockets_that_are_handed_over_are_served_and_left_and_the_manager_is_told_how_it_goes()
    {
        var run = Directory.CreateTempSubdirectory("tripod-svc-").FullName;
        var name = string.Create(CultureInfo.InvariantCulture, $"s{Environment.ProcessId % 100000}");
        using var kubernetes = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        kubernetes.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        kubernetes.Listen();
        using var docker = Listening(Path.Combine(run, "handed-docker.sock"));
        using var cri = Listening(Path.Combine(run, "handed-cri.sock"));
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        manager.Bind(new UnixDomainSocketEndPoint(Path.Combine(run, "notify")));

        // A client that is quicker than the engine waits, and is answered.
        var asked = AskDocker(Path.Combine(run, "handed-docker.sock"));
        string[] serve = ["serve", "--root", $"{run}/state", "--run", $"{run}/run", "--name", name, "--kubeconfig", $"{run}/kubeconfig", "--config", $"{run}/none.yaml", "--pod-cidr", "10.199.77.0/24"];
        using var log = OutputFile.Append(Path.Combine(run, "log"));
        var handed = ((Socket[])[docker, kubernetes, cri]).Select(socket => new FileDescriptor((int)socket.SafeHandle.DangerousGetHandle())).ToList();
        var pid = await ChildProcess.Start(new()
        {
            Command = ["sh", "-c", "export LISTEN_PID=$$; exec \"$@\"", "sh", Engine.TripodProgram, .. serve],
            Environment = new Dictionary<string, string>
            {
                ["LISTEN_FDS"] = "3",
                ["LISTEN_FDNAMES"] = "docker:kubernetes:cri",
                ["NOTIFY_SOCKET"] = Path.Combine(run, "notify"),
                ["WATCHDOG_USEC"] = "400000",
            },
            Descriptors = [null, log, log, .. handed],
        });

        // The sockets stay the test's, as they stay a manager's.
        handed.ForEach(descriptor => descriptor.SetHandleAsInvalid());
        try
        {
            var ready = Heard(manager, "READY=1");
            Assert.Contains($"STATUS=Kubernetes API at https://{kubernetes.LocalEndPoint}", ready, StringComparison.Ordinal);
            Assert.Contains("\"OSType\":\"linux\"", await asked, StringComparison.Ordinal);
            Assert.Equal("WATCHDOG=1", Heard(manager, "WATCHDOG=1"));
            Assert.Contains("kube-system", (await Command.Try("kubectl", "--kubeconfig", $"{run}/kubeconfig", "get", "namespaces")).Output, StringComparison.Ordinal);

            Signals.Send(pid, Signals.Term);
            Assert.Contains("STOPPING=1", Heard(manager, "STOPPING=1"), StringComparison.Ordinal);
            Assert.Equal(0, await ChildProcess.End(pid));
            Assert.True(File.Exists(Path.Combine(run, "handed-docker.sock")));
            using var still = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await still.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(run, "handed-cri.sock")));
        }
        finally
        {
            await Command.Try([Engine.TripodProgram, "down", .. serve.Skip(1)]);
            Directory.Delete(run, recursive: true);
        }
    }

    private static Socket Listening(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    private static async Task<string> AskDocker(string path)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { Timeout = TimeSpan.FromSeconds(90) };
        return await client.GetStringAsync(new Uri("http://docker/info"));
    }

    private static string Heard(Socket manager, string what)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var said = Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer));
            if (said.Contains(what, StringComparison.Ordinal))
            {
                return said;
            }
        }
    }
}
