using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Streaming;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Streaming;

public sealed class RemoteCommandTests
{
    private static readonly RemoteCommandRequest All = new(Stdin: true, Stdout: true, Stderr: true, Tty: false);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource<LocalProcess> process = new();

    [Theory]
    [InlineData("v5.channel.k8s.io")]
    [InlineData("v4.channel.k8s.io")]
    public async Task Output_and_success_come_on_their_channels(string protocol)
    {
        await using var server = await Serve("echo out; echo err >&2");
        using var client = await server.Connect("v3.channel.k8s.io", protocol);
        Assert.Equal(protocol, client.SubProtocol);
        var heard = await Hear(client);
        Assert.Equal("out\n", heard[1]);
        Assert.Equal("err\n", heard[2]);
        Assert.Equal("Success", (string?)JsonNode.Parse(heard[3])!["status"]);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task Exit_code_is_carried_in_the_status()
    {
        await using var server = await Serve("exit 7");
        using var client = await server.Connect("v5.channel.k8s.io");
        var status = JsonNode.Parse((await Hear(client))[3])!;
        Assert.Equal(("Failure", "NonZeroExitCode"), ((string?)status["status"], (string?)status["reason"]));
        Assert.Equal("""[{"reason":"ExitCode","message":"7"}]""", status["details"]!["causes"]!.ToJsonString());
    }

    [Fact]
    public async Task Attached_process_ends_in_success_whatever_its_code()
    {
        await using var server = await Serve("exit 7", All with { Attach = true });
        using var client = await server.Connect("v4.channel.k8s.io");
        Assert.Equal("Success", (string?)JsonNode.Parse((await Hear(client))[3])!["status"]);
    }

    [Fact]
    public async Task Closing_of_stdin_ends_the_input_and_not_the_session()
    {
        await using var server = await Serve("cat; echo done");
        using var client = await server.Connect("v5.channel.k8s.io");
        await Say(client, 0, "hello ", endOfMessage: false);
        await client.SendAsync("again\n"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        await client.SendAsync(new byte[] { 255, 0 }, WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Equal("hello again\ndone\n", (await Hear(client))[1]);
    }

    [Fact]
    public async Task Megabytes_go_through_both_ways()
    {
        await using var server = await Serve("cat");
        using var client = await server.Connect("v5.channel.k8s.io");
        var data = new byte[5_000_000];
        new Random(1).NextBytes(data);
        var hearing = HearBytes(client);
        for (var at = 0; at < data.Length; at += 50_000)
        {
            await client.SendAsync(new byte[] { 0 }.Concat(data.AsSpan(at, 50_000).ToArray()).ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        }

        await client.SendAsync(new byte[] { 255, 0 }, WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Equal(data, (await hearing.WaitAsync(Soon))[1]);
    }

    [Fact]
    public async Task Size_of_the_terminal_reaches_the_process()
    {
        await using var server = await Serve("read line");
        using var client = await server.Connect("v5.channel.k8s.io");
        await Say(client, 4, "nonsense}");
        await Say(client, 4, "{\"Width\":0,\"Height\":1}");
        await Say(client, 4, "{\"Width\":132,\"Hei", endOfMessage: false);
        await client.SendAsync("ght\":43}\n"u8.ToArray(), WebSocketMessageType.Binary, true, CancellationToken.None);
        await Say(client, 0, "go\n");
        await Hear(client);
        Assert.Equal((132, 43), await (await process.Task).Resized);
    }

    [Fact]
    public async Task Command_that_cannot_be_run_is_told_as_a_status()
    {
        await using var server = await StreamServer.Start(http => RemoteCommand.ServeAsync(
            http, All, _ => throw new RuntimeException(RuntimeErrorKind.NotFound, "exec: \"nope\": executable file not found in $PATH"), http.RequestAborted));
        using var client = await server.Connect("v5.channel.k8s.io");
        var status = JsonNode.Parse((await Hear(client))[3])!;
        Assert.Equal("Internal error occurred: error executing command in container: exec: \"nope\": executable file not found in $PATH", (string?)status["message"]);
        Assert.Equal((500, "InternalError"), ((int)status["code"]!, (string?)status["reason"]));
    }

    [Fact]
    public async Task Process_dies_with_its_client()
    {
        await using var server = await Serve("exec sleep 1000");
        using var client = await server.Connect("v5.channel.k8s.io");
        await Say(client, 0, "x");
        client.Abort();
        await Killed();
    }

    [Fact]
    public async Task Process_that_leaves_its_input_alone_dies_with_its_client_too()
    {
        await using var server = await Serve("exec sleep 1000");
        using var client = await server.Connect("v5.channel.k8s.io");
        var chunk = new byte[100_000];
        using var full = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            while (true)
            {
                await client.SendAsync(chunk, WebSocketMessageType.Binary, true, full.Token);
            }
        });
        client.Dispose();
        await Killed();
    }

    [Fact]
    public async Task What_a_process_leaves_behind_does_not_hold_its_client()
    {
        await using var server = await Serve("echo before; sleep 30 & exit 3");
        using var client = await server.Connect("v5.channel.k8s.io");
        var heard = await Hear(client).WaitAsync(Soon);
        Assert.Equal("before\n", heard[1]);
        Assert.Contains("NonZeroExitCode", heard[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_reader_gets_everything_although_the_process_ended_long_ago()
    {
        await using var server = await Serve("head -c 3000000 /dev/zero");
        using var client = await server.Connect("v5.channel.k8s.io");
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.Equal(3_000_000, (await HearBytes(client).WaitAsync(Soon))[1].Length);
    }

    [Fact]
    public async Task Request_that_asks_for_no_upgrade_or_an_unknown_protocol_is_refused_in_plain_words()
    {
        await using var server = await Serve("true");
        using var http = new HttpClient();
        var plain = await http.GetAsync(new Uri($"http://127.0.0.1:{server.Port}/"));
        Assert.Equal((HttpStatusCode.BadRequest, "Upgrade request required\n"), (plain.StatusCode, await plain.Content.ReadAsStringAsync()));
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => server.Connect("v1.channel.k8s.io"));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    private Task<StreamServer> Serve(string script, RemoteCommandRequest? request = null)
    {
        Task<IProcessStreams> Command(CancellationToken cancel) => Open(script);
        return StreamServer.Start(http => RemoteCommand.ServeAsync(http, request ?? All, Command, http.RequestAborted));
    }

    private async Task Killed()
    {
        var killed = await process.Task.WaitAsync(Soon);
        await killed.Disposed.Task.WaitAsync(Soon);
        Assert.Equal(137, await killed.ExitCode);
    }

    private async Task<IProcessStreams> Open(string script)
    {
        var opened = await LocalProcess.Start(script);
        process.SetResult(opened);
        return opened;
    }

    private static Task Say(ClientWebSocket client, byte channel, string text, bool endOfMessage = true) =>
        client.SendAsync(new byte[] { channel }.Concat(Encoding.UTF8.GetBytes(text)).ToArray(), WebSocketMessageType.Binary, endOfMessage, CancellationToken.None);

    private static async Task<Dictionary<int, string>> Hear(ClientWebSocket client) =>
        (await HearBytes(client).WaitAsync(Soon)).ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value));

    private static async Task<Dictionary<int, byte[]>> HearBytes(ClientWebSocket client)
    {
        var heard = new Dictionary<int, MemoryStream>();
        var buffer = new byte[100_000];
        var message = new MemoryStream();
        while (true)
        {
            var received = await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
                return heard.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                var bytes = message.ToArray();
                heard.TryAdd(bytes[0], new MemoryStream());
                heard[bytes[0]].Write(bytes.AsSpan(1));
                message = new MemoryStream();
            }
        }
    }
}
