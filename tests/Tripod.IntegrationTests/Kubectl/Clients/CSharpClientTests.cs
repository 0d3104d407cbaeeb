extern alias client;

using System.Net;
using System.Text;
using client::k8s;
using client::k8s.Autorest;
using client::k8s.LeaderElection;
using client::k8s.LeaderElection.ResourceLock;
using client::k8s.Models;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl.Clients;

/// <summary>The official client library of C#: what programs do with it, by its own means.</summary>
public sealed class CSharpClientTests(SharedEngine shared) : IClassFixture<SharedEngine>, IAsyncLifetime
{
    private readonly client::k8s.Kubernetes kubernetes = new(KubernetesClientConfiguration.BuildConfigFromConfigFile(shared.Engine.Kubeconfig));
    private readonly string space = $"cs{Guid.NewGuid():n}";
    private readonly CancellationToken cancel = new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public async ValueTask InitializeAsync() => await kubernetes.CoreV1.CreateNamespaceAsync(new() { Metadata = new() { Name = space } }, cancellationToken: cancel);

    public async ValueTask DisposeAsync()
    {
        await kubernetes.CoreV1.DeleteNamespaceAsync(space, cancellationToken: cancel);
        kubernetes.Dispose();
    }

    [Fact]
    public async Task Objects_are_made_read_changed_listed_and_deleted()
    {
        var core = kubernetes.CoreV1;
        var made = await core.CreateNamespacedConfigMapAsync(new() { Metadata = new() { Name = "c", Labels = new Dictionary<string, string> { ["l"] = "x" } }, Data = new Dictionary<string, string> { ["a"] = "1" } }, space, cancellationToken: cancel);
        made.Data["a"] = "2";
        var changed = await core.ReplaceNamespacedConfigMapAsync(made, "c", space, cancellationToken: cancel);
        made.Data["a"] = "3";
        var stale = await Assert.ThrowsAsync<HttpOperationException>(() => core.ReplaceNamespacedConfigMapAsync(made, "c", space, cancellationToken: cancel));
        Assert.Equal(HttpStatusCode.Conflict, stale.Response.StatusCode);
        foreach (var (body, type) in ((string, V1Patch.PatchType)[])
        [
            ("""[{"op":"replace","path":"/data/a","value":"4"}]""", V1Patch.PatchType.JsonPatch),
            ("""{"data":{"b":"5"}}""", V1Patch.PatchType.MergePatch),
            ("""{"data":{"c":"6"}}""", V1Patch.PatchType.StrategicMergePatch),
        ])
        {
            changed = await core.PatchNamespacedConfigMapAsync(new V1Patch(body, type), "c", space, cancellationToken: cancel);
        }

        Assert.Equal(["4", "5", "6"], changed.Data.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value));
        var applied = await core.PatchNamespacedConfigMapAsync(
            new V1Patch("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"d":"7"}}""", V1Patch.PatchType.ApplyPatch), "c", space, fieldManager: "cs", force: true, cancellationToken: cancel);
        Assert.Contains(applied.Metadata.ManagedFields, entry => entry is { Manager: "cs", Operation: "Apply" });
        Assert.Equal("c", Assert.Single((await core.ListNamespacedConfigMapAsync(space, labelSelector: "l=x", cancellationToken: cancel)).Items).Metadata.Name);
        var page = await core.ListNamespacedConfigMapAsync(space, limit: 1, cancellationToken: cancel);
        Assert.Single((await core.ListNamespacedConfigMapAsync(space, limit: 1, continueParameter: page.Metadata.ContinueProperty, cancellationToken: cancel)).Items);
        await core.DeleteNamespacedConfigMapAsync("c", space, cancellationToken: cancel);
        var gone = await Assert.ThrowsAsync<HttpOperationException>(() => core.ReadNamespacedConfigMapAsync("c", space, cancellationToken: cancel));
        Assert.Equal(HttpStatusCode.NotFound, gone.Response.StatusCode);
    }

    [Fact]
    public async Task Watch_follows_changes()
    {
        var seen = new List<WatchEventType>();
        await kubernetes.CoreV1.CreateNamespacedSecretAsync(new() { Metadata = new() { Name = "w" } }, space, cancellationToken: cancel);
        await foreach (var (type, secret) in kubernetes.CoreV1.WatchListNamespacedSecretAsync(space, fieldSelector: "metadata.name=w", cancellationToken: cancel))
        {
            seen.Add(type);
            if (type == WatchEventType.Added)
            {
                secret.StringData = new Dictionary<string, string> { ["k"] = "v" };
                await kubernetes.CoreV1.ReplaceNamespacedSecretAsync(secret, "w", space, cancellationToken: cancel);
            }
            else if (type == WatchEventType.Modified)
            {
                await kubernetes.CoreV1.DeleteNamespacedSecretAsync("w", space, cancellationToken: cancel);
            }
            else
            {
                break;
            }
        }

        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Deleted], seen);
    }

    [Fact]
    public async Task Pod_is_run_entered_forwarded_to_and_measured()
    {
        await Run("pod", "mkdir -p /tmp/w; echo hello > /tmp/w/index.html; echo started; busybox httpd -f -p 8080 -h /tmp/w");
        await using var log = await kubernetes.CoreV1.ReadNamespacedPodLogAsync("pod", space, follow: true, cancellationToken: cancel);
        Assert.Equal("started", await new StreamReader(log).ReadLineAsync(cancel));
        var said = "";
        var code = await kubernetes.NamespacedPodExecAsync("pod", space, "main", ["sh", "-c", "read line; echo got $line; exit 3"], tty: false, async (stdin, stdout, _) =>
        {
            await stdin.WriteAsync("typed\n"u8.ToArray(), cancel);
            said = await new StreamReader(stdout).ReadToEndAsync(cancel);
        }, cancel);
        Assert.Equal((3, "got typed\n"), (code, said));

        using var socket = await kubernetes.WebSocketNamespacedPodPortForwardAsync("pod", space, [8080], "v4.channel.k8s.io", cancellationToken: cancel);
        using var streams = new StreamDemuxer(socket, StreamType.PortForward);
        streams.Start();
        await using var data = streams.GetStream((byte?)0, (byte?)0);
        await data.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), cancel);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().EndsWith("hello\n", StringComparison.Ordinal))
        {
            answer.Append(Encoding.ASCII.GetString(buffer, 0, await data.ReadAsync(buffer, cancel)));
        }

        Assert.StartsWith("HTTP/1.", answer.ToString(), StringComparison.Ordinal);
        Assert.Contains((await kubernetes.GetKubernetesPodsMetricsByNamespaceAsync(space)).Items, item => item.Metadata.Name == "pod");
        Assert.Single((await kubernetes.GetKubernetesNodesMetricsAsync()).Items);
    }

    [Fact]
    public async Task Several_ports_are_forwarded_at_once_by_their_own_channels()
    {
        await Run("two", "for port in 8081 8082; do mkdir -p /tmp/$port; echo at $port > /tmp/$port/index.html; busybox httpd -p $port -h /tmp/$port; done; sleep 1000", listening: 8082);
        using var socket = await kubernetes.WebSocketNamespacedPodPortForwardAsync("two", space, [8081, 8082, 9], "v4.channel.k8s.io", cancellationToken: cancel);
        using var streams = new StreamDemuxer(socket, StreamType.PortForward);
        // What comes for a stream that nobody has asked for is dropped by the client.
        await using var errors = streams.GetStream((byte?)5, null);
        streams.Start();
        foreach (var (channel, port) in ((byte, int)[])[(0, 8081), (2, 8082)])
        {
            await using var data = streams.GetStream(channel, channel);
            await data.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), cancel);
            Assert.EndsWith($"at {port}\n", await Until(data, "at "), StringComparison.Ordinal);
        }

        Assert.Contains("error forwarding port 9 to pod", await Until(errors, "refused"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leader_is_elected_by_a_lease()
    {
        var elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(kubernetes, space, "leader", "one")) { LeaseDuration = TimeSpan.FromSeconds(5), RetryPeriod = TimeSpan.FromMilliseconds(200) });
        var led = new TaskCompletionSource();
        elector.OnStartedLeading += led.SetResult;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = elector.RunUntilLeadershipLostAsync(stop.Token);
        await led.Task.WaitAsync(cancel);
        Assert.Equal("one", (await kubernetes.CoordinationV1.ReadNamespacedLeaseAsync("leader", space, cancellationToken: cancel)).Spec.HolderIdentity);
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <param name="listening">The pod is ready when somebody listens there; null: at once.</param>
    private async Task Run(string name, string script, int? listening = null)
    {
        await kubernetes.CoreV1.CreateNamespacedPodAsync(new()
        {
            Metadata = new() { Name = name },
            Spec = new()
            {
                TerminationGracePeriodSeconds = 1,
                Containers = [new() { Name = "main", Image = "busybox", ImagePullPolicy = "IfNotPresent", Command = ["sh", "-c", script], ReadinessProbe = listening is { } port ? new() { TcpSocket = new() { Port = port }, PeriodSeconds = 1 } : null }],
            },
        }, space, cancellationToken: cancel);
        await foreach (var (_, pod) in kubernetes.CoreV1.WatchListNamespacedPodAsync(space, fieldSelector: $"metadata.name={name}", cancellationToken: cancel))
        {
            if (pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true)
            {
                return;
            }
        }
    }

    private async Task<string> Until(Stream stream, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal) || !text.ToString().EndsWith('\n') && end == "at ")
        {
            var count = await stream.ReadAsync(buffer, cancel);
            Assert.True(count > 0, $"the stream ended after: {text}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}
