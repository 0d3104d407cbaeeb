using k8s.Models;
using Tripod.Runtime;

namespace Tripod.Pods.Handlers;

/// <summary>Runs a postStart or preStop hook to its end. Called by the start of a container and by its stop.</summary>
internal sealed class RunHook(TimeProvider clock, string kubernetesVersion)
{
    private readonly string userAgent = $"kube-lifecycle/{string.Join('.', kubernetesVersion.TrimStart('v').Split('.').Take(2))}";

    /// <param name="hook">What the container's lifecycle says.</param>
    /// <param name="target">The container; it runs.</param>
    /// <param name="name">As messages name the container: <c>Container "x" in Pod "y_ns(uid)"</c>.</param>
    /// <returns>Null where all went well; else what went wrong.</returns>
    /// <exception cref="OperationCanceledException">Its time was over.</exception>
    public async Task<string?> RunAsync(V1LifecycleHandler hook, HandlerTarget target, string name, CancellationToken cancel)
    {
        switch (hook)
        {
            case { Exec: { } exec }:
                var (code, output) = await ExecAsync(target, exec, cancel).ConfigureAwait(false);
                return code == 0 ? null
                    : $"Exec lifecycle hook ([{string.Join(' ', exec.Command ?? [])}]) for {name} failed - error: {(code is { } number ? $"command '{string.Join(' ', exec.Command ?? [])}' exited with {number}: {output}" : output)}, message: \"{output}\"";
            case { HttpGet: { } http }:
                var answer = await CheckHttp.RunAsync(target, http, userAgent, cancel).ConfigureAwait(false);
                cancel.ThrowIfCancellationRequested();
                return answer.Succeeded ? null : $"HTTP lifecycle hook ({http.Path}) for {name} failed - error: {answer.Output}";
            case { TcpSocket: { } tcp }:
                var connected = await CheckTcp.RunAsync(target, tcp, cancel).ConfigureAwait(false);
                cancel.ThrowIfCancellationRequested();
                return connected.Succeeded ? null : $"TCP lifecycle hook ({tcp.Port?.Value}) for {name} failed - error: {connected.Output}";
            case { Sleep: { } sleep }:
                return await SleepAsync(target, TimeSpan.FromSeconds(sleep.Seconds), name, cancel).ConfigureAwait(false);
            default:
                return $"invalid handler of {name}: it has neither exec, httpGet, tcpSocket nor sleep";
        }
    }

    private static async Task<(int? Code, string Output)> ExecAsync(HandlerTarget target, V1ExecAction exec, CancellationToken cancel)
    {
        try
        {
            return await RunCommand.RunAsync(target.Runtime, target.ContainerId, [.. exec.Command ?? []], cancel).ConfigureAwait(false);
        }
        catch (RuntimeException failure)
        {
            return (null, failure.Message);
        }
    }

    /// <summary>A container that ends meanwhile needs no more sleep.</summary>
    private async Task<string?> SleepAsync(HandlerTarget target, TimeSpan time, string name, CancellationToken cancel)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var ended = target.Runtime.WaitContainer(target.ContainerId, waiting.Token);
        var slept = await Task.WhenAny(Task.Delay(time, clock, waiting.Token), ended).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return slept == ended ? $"Sleep lifecycle hook for {name} failed - container terminated before sleep hook finished" : null;
    }
}
