using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>exec, attach, port-forward, logs and cp, by each kubectl: SPDY and WebSocket differ from version to version.</summary>
public sealed class StreamTests(StreamTests.RunningPod running) : IClassFixture<StreamTests.RunningPod>
{
    private const int Megabytes = 100;

    private readonly Engine engine = running.Engine;

    public static TheoryData<string> Versions() => Shell.Versions();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Exec_carries_output_errors_input_and_exit_code(string kubectl)
    {
        var shell = new Shell(engine, kubectl);
        Assert.Equal("two\n", await shell.Run("exec", "streams", "-c", "web", "--", "echo", "two"));
        var both = await shell.Try("exec", "streams", "-c", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 9");
        Assert.Equal((9, "out\n"), (both.ExitCode, both.Output));
        Assert.Equal("err\ncommand terminated with exit code 9\n", both.Error);
        var piped = await shell.Script("printf 'a\\nb\\n' | K exec -i streams -c web -- sh -c 'read x; echo got $x; cat; exit 5'");
        Assert.Equal((5, "got a\nb\n"), (piped.ExitCode, piped.Output));
        Assert.Equal(137, (await shell.Try("exec", "streams", "-c", "web", "--", "sh", "-c", "kill -9 $$")).ExitCode);
    }

    [Fact]
    public async Task Command_that_cannot_be_run_ends_as_in_a_shell()
    {
        var shell = new Shell(engine);
        var missing = await shell.Try("exec", "streams", "-c", "web", "--", "nosuch");
        Assert.Equal(127, missing.ExitCode);
        Assert.Contains("nosuch", missing.Error, StringComparison.Ordinal);
        Assert.Equal(126, (await shell.Try("exec", "streams", "-c", "web", "--", "/etc")).ExitCode);
        Assert.Contains("container nothing is not valid for pod streams", (await shell.Try("exec", "streams", "-c", "nothing", "--", "true")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Terminal_has_the_clients_size_and_carries_what_is_typed(string kubectl)
    {
        var typed = await new Shell(engine, kubectl).Script(
            """(sleep 0.7; printf 'stty size; tty\r'; sleep 0.5; printf 'exit 3\r'; sleep 0.5) | script -qec "stty rows 41 cols 101; exec $K exec -it streams -c web -- sh" /dev/null""");
        Assert.Equal(3, typed.ExitCode);
        Assert.Contains("41 101", typed.Output, StringComparison.Ordinal);
        Assert.Contains("/dev/pts/", typed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Hundred_megabytes_pass_both_ways_whole(string kubectl)
    {
        var shell = new Shell(engine, kubectl);
        var echoed = await shell.Script($"head -c {Megabytes << 20} /dev/zero | K exec -i streams -c web -- cat | sha256sum");
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(new byte[Megabytes << 20])), echoed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Attach_detaches_when_its_input_ends_and_the_container_reads_on(string kubectl)
    {
        var shell = new Shell(engine, kubectl);
        foreach (var line in (string[])["one", "two"])
        {
            var attached = await shell.Script($"echo {line} | timeout 10 $K attach -i streams -c reader");
            Assert.Equal((0, $"got {line}\n"), (attached.ExitCode, attached.Output));
        }

        Assert.DoesNotContain("end of file", await shell.Run("logs", "streams", "-c", "reader"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Forwarded_port_carries_many_connections_and_says_what_it_cannot_reach(string kubectl)
    {
        var shell = new Shell(engine, kubectl);
        using var forward = shell.Start("port-forward", "streams", ":8080", ":9000", ":81");
        try
        {
            var ports = new int[3];
            for (var i = 0; i < 6; i++)
            {
                var line = await forward.StandardOutput.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
                var found = Regex.Match(line ?? "", @"^Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)$");
                if (found.Success)
                {
                    ports[found.Groups[2].Value switch { "8080" => 0, "9000" => 1, _ => 2 }] = int.Parse(found.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
                }
            }

            // A server that closes first, as this one does, must not leave the client hanging.
            using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
            var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.GetByteArrayAsync(new Uri($"http://127.0.0.1:{ports[0]}/noise"))));
            Assert.All(pages, page => Assert.Equal(pages[0], page));
            Assert.Equal(3_000_000, pages[0].Length);
            Assert.Equal("half-closed", await Echo(ports[1], "half-closed"));

            Assert.Equal("", await Echo(ports[2], "nobody"));
            var refused = await forward.StandardError.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
            Assert.Contains("error forwarding port 81 to pod", refused, StringComparison.Ordinal);
        }
        finally
        {
            forward.Kill();
        }
    }

    [Fact]
    public async Task Logs_are_cut_as_asked()
    {
        var shell = new Shell(engine);
        Task<string> Logs(params string[] more) => shell.Run(["logs", "streams", "-c", "talker", .. more]);
        Assert.Equal("1\n2\n3\nunended", await Logs());
        Assert.Equal("3\nunended", await Logs("--tail=2"));
        Assert.Equal("", await Logs("--tail=0"));
        Assert.Equal("1\n2", await Logs("--limit-bytes=3"));
        Assert.Matches(@"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (1|2|3|unended)\n?){4}$", await Logs("--timestamps"));
        Assert.Equal("1\n2\n3\nunended", await Logs("--since-time=2020-01-01T00:00:00Z"));
        Assert.Equal("", await Logs("--since-time=2099-01-01T00:00:00Z"));
        Assert.Equal("prepared\n", await shell.Run("logs", "streams", "-c", "prepare"));
        var all = await shell.Run("logs", "streams", "--all-containers", "--prefix", "--tail=1");
        Assert.Contains("[pod/streams/prepare] prepared\n", all, StringComparison.Ordinal);
        Assert.Contains("[pod/streams/talker] unended", all, StringComparison.Ordinal);
        Assert.Contains("previous terminated container \"talker\" in pod \"streams\" not found", (await shell.Try("logs", "streams", "-c", "talker", "-p")).Error, StringComparison.Ordinal);
        Assert.Contains("at most one of `sinceTime` or `sinceSeconds`", (await shell.Try("get", "--raw", "/api/v1/namespaces/default/pods/streams/log?container=talker&sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Followed_log_ends_with_its_container_and_the_run_before_is_kept()
    {
        var shell = new Shell(engine);
        await shell.Run("run", "brief", "--image=busybox", "--image-pull-policy=IfNotPresent", "--restart=Never", "--", "sh", "-c", "echo first; sleep 1; echo last");
        await engine.Until("brief", pod => (string?)pod["status"]?["phase"] is "Running" or "Succeeded", "it runs");
        Assert.Equal("first\nlast\n", await shell.Run("logs", "-f", "brief"));
        await shell.Run("delete", "pod", "brief", "--now");
    }

    [Fact]
    public async Task Run_with_a_terminal_gives_the_pods_exit_code_and_removes_it()
    {
        var shell = new Shell(engine);
        var run = await shell.Script(
            """(sleep 1.5; printf 'echo typed $((6*7))\r'; sleep 0.5; printf 'exit 4\r'; sleep 1) | script -qec "$K run typed -it --rm --image=busybox --image-pull-policy=IfNotPresent --restart=Never -- sh" /dev/null""");
        Assert.Equal(4, run.ExitCode);
        Assert.Contains("typed 42", run.Output, StringComparison.Ordinal);
        Assert.Contains("NotFound", (await shell.Try("get", "pod", "typed")).Error, StringComparison.Ordinal);

        var piped = await shell.Script("echo piped | K run piped -i --rm --quiet --image=busybox --image-pull-policy=IfNotPresent --restart=Never -- sh -c 'sleep 1; cat; exit 6'");
        Assert.Equal(6, piped.ExitCode);
        Assert.Contains("piped\n", piped.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("couldn't attach", piped.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_are_copied_with_what_is_in_them()
    {
        var shell = new Shell(engine);
        var done = await shell.Script(
            """set -e; d=$(mktemp -d); mkdir -p $d/in/deep; echo 1 > $d/in/a; echo 2 > $d/in/deep/b; K cp $d/in streams:/tmp/in -c web; K cp streams:/tmp/in $d/out -c web; diff -r $d/in $d/out; rm -r $d""");
        Assert.True(done.ExitCode == 0, done.Error + done.Output);
    }

    private static async Task<string> Echo(int port, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        client.Client.Shutdown(SocketShutdown.Send);
        try
        {
            return await new StreamReader(stream).ReadToEndAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>An engine with one pod that serves, echoes, reads and talks.</summary>
    public sealed class RunningPod : IAsyncLifetime
    {
        public Engine Engine { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Engine = await Engine.Start();
            await Engine.Apply("""
                apiVersion: v1
                kind: Pod
                metadata: { name: streams }
                spec:
                  terminationGracePeriodSeconds: 0
                  initContainers:
                  - { name: prepare, image: busybox, imagePullPolicy: IfNotPresent, command: [echo, prepared] }
                  containers:
                  - { name: web, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, "mkdir /www; head -c 3000000 /dev/urandom > /www/noise; exec httpd -f -p 8080 -h /www"] }
                  - { name: echo, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, "while :; do nc -l -p 9000 -e cat; done"] }
                  - { name: reader, image: busybox, imagePullPolicy: IfNotPresent, stdin: true, command: [sh, -c, "while read x; do echo got $x; done; echo end of file; sleep 1000"] }
                  - { name: talker, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, "echo 1; echo 2; echo 3; printf unended; sleep 1000"] }
                """);
            await Engine.WaitReady("streams");
            await Engine.Eventually(async () => (await Engine.TryKubectl("exec", "streams", "-c", "web", "--", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/noise")).ExitCode == 0, "the pod serves", TimeSpan.FromSeconds(10));
        }

        public ValueTask DisposeAsync() => Engine.DisposeAsync();
    }
}
