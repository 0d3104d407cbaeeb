using System.Net.WebSockets;
using System.Text;
using Grpc.Core;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Cri;

/// <summary>Commands in containers and connections into sandboxes, at the addresses that the runtime gives out.</summary>
public sealed class StreamTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Command_answers_with_both_streams_and_its_code_or_is_killed_in_time()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("exec");
        var sandbox = await client.Run(pod);
        var id = await client.Start(sandbox, pod, CriClient.Script("main", "sleep 1000"));
        var done = await client.Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { "sh", "-c", "echo out; echo err >&2; exit 3" } });
        Assert.Equal((3, "out\n", "err\n"), (done.ExitCode, done.Stdout.ToStringUtf8(), done.Stderr.ToStringUtf8()));
        var slow = await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { "sleep", "4242" }, Timeout = 1 }));
        Assert.Equal(StatusCode.DeadlineExceeded, slow.StatusCode);
        Assert.DoesNotContain("sleep 4242", await client.Exec(id, "ps"), StringComparison.Ordinal);
        var deaf = await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { "sh", "-c", "trap '' TERM; sleep 4343; true" }, Timeout = 1 }));
        Assert.Equal(StatusCode.DeadlineExceeded, deaf.StatusCode);
        Assert.DoesNotContain("sleep 4343", await client.Exec(id, "ps"), StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { "no-such-command" } }));
        Assert.Contains("exec: \"no-such-command\": executable file not found in $PATH", missing.Status.Detail, StringComparison.Ordinal);
        var much = await client.Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { "sh", "-c", "head -c 20000000 /dev/zero; exit 5" } });
        Assert.True(much is { ExitCode: 5, Stdout.Length: > 8_000_000 and < 16_777_216 }, $"{much.ExitCode} {much.Stdout.Length}");
        await client.Runtime.StopContainerAsync(new() { ContainerId = id });
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.ExecAsync(new() { ContainerId = id, Cmd = { "true" }, Stdout = true }))).StatusCode);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Address_of_a_stream_is_good_once()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("stream");
        var sandbox = await client.Run(pod);
        var config = CriClient.Script("main", "echo begun; while read line; do echo got $line; done");
        (config.Stdin, config.Tty) = (true, false);
        var id = await client.Start(sandbox, pod, config);
        var url = (await client.Runtime.ExecAsync(new() { ContainerId = id, Cmd = { "sh", "-c", "read line; echo $line; echo wrong >&2; exit 6" }, Stdin = true, Stdout = true, Stderr = true })).Url;
        Assert.StartsWith("http://127.0.0.1:", url, StringComparison.Ordinal);
        var said = await Speak(url, "typed\n");
        Assert.Equal(("typed\n", "wrong\n"), (said[1], said[2]));
        Assert.Contains("\"message\":\"6\"", said[3], StringComparison.Ordinal);
        await Assert.ThrowsAsync<WebSocketException>(() => Speak(url, ""));

        var attach = (await client.Runtime.AttachAsync(new() { ContainerId = id, Stdin = true, Stdout = true, Stderr = true })).Url;
        Assert.Contains("got hello", (await Speak(attach, "hello\n", until: "got hello"))[1], StringComparison.Ordinal);
        async Task<string> Refused(ExecRequest request) => (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.ExecAsync(request))).Status.Detail;
        Assert.Contains("one of stdin, stdout and stderr", await Refused(new() { ContainerId = id, Cmd = { "true" } }), StringComparison.Ordinal);
        Assert.Contains("tty and stderr exclude each other", await Refused(new() { ContainerId = id, Cmd = { "true" }, Tty = true, Stdout = true, Stderr = true }), StringComparison.Ordinal);
        await client.Remove(sandbox);
    }

    [Fact]
    public async Task Port_of_a_sandbox_is_reached_through_the_runtime()
    {
        using var client = new CriClient(engine);
        await client.Pull();
        var pod = client.Pod("forward");
        var sandbox = await client.Run(pod);
        var id = await client.Start(sandbox, pod, CriClient.Script("main", "echo inside > /index.html; exec httpd -f -p 127.0.0.1:8080 -h /"));
        await Engine.Eventually(async () => (await client.Runtime.ExecSyncAsync(new() { ContainerId = id, Cmd = { "wget", "-qO-", "http://127.0.0.1:8080/index.html" } })).ExitCode == 0, "it listens", TimeSpan.FromSeconds(10));
        var address = new Uri((await client.Runtime.PortForwardAsync(new() { PodSandboxId = sandbox, Port = { 8080 } })).Url);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v4.channel.k8s.io");
        await socket.ConnectAsync(new Uri($"ws://{address.Authority}{address.AbsolutePath}?port=8080"), CancellationToken.None);
        await socket.SendAsync((byte[])[0, .. "GET /index.html HTTP/1.0\r\n\r\n"u8], WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        Assert.Contains("inside", (await Read(socket, "inside"))[0], StringComparison.Ordinal);
        await client.Runtime.StopPodSandboxAsync(new() { PodSandboxId = sandbox });
        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(async () => await client.Runtime.PortForwardAsync(new() { PodSandboxId = sandbox }))).StatusCode);
        await client.Remove(sandbox);
    }

    /// <returns>What came on each channel.</returns>
    private static async Task<Dictionary<int, string>> Speak(string url, string input, string? until = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        await socket.ConnectAsync(new Uri(url.Replace("http://", "ws://", StringComparison.Ordinal)), CancellationToken.None);
        await socket.SendAsync((byte[])[0, .. Encoding.ASCII.GetBytes(input)], WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        return await Read(socket, until);
    }

    private static async Task<Dictionary<int, string>> Read(WebSocket socket, string? until)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var said = new Dictionary<int, string>();
        var buffer = new byte[64 * 1024];
        while (until is null || !said.Values.Any(text => text.Contains(until, StringComparison.Ordinal)))
        {
            var part = await socket.ReceiveAsync(buffer, patience.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                break;
            }

            said[buffer[0]] = said.GetValueOrDefault(buffer[0], "") + Encoding.UTF8.GetString(buffer, 1, part.Count - 1);
        }

        return said;
    }
}
