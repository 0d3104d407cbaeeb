using System.Text;
using Tripod.Runtime;

namespace Tripod.Pods.Standalone;

/// <summary>One check of a container's health.</summary>
public sealed record HealthResult(DateTimeOffset Start, DateTimeOffset End, int ExitCode, string Output);

/// <param name="Status"><c>starting</c>, <c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="FailingStreak">Failures in a row.</param>
/// <param name="Log">The last five, oldest first.</param>
public sealed record HealthState(string Status, int FailingStreak, IReadOnlyList<HealthResult> Log);

/// <summary>Runs a container's health check in it again and again, as long as it runs (Docker's HEALTHCHECK).</summary>
internal sealed class HealthMonitor : IAsyncDisposable
{
    private const int MostOutput = 4096, MostResults = 5;

    private readonly StandaloneContainer container;
    private readonly HealthCheck check;
    private readonly StandaloneEngine engine;
    private readonly ContainerRuntime runtime;
    private readonly TimeProvider clock;
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    public HealthMonitor(StandaloneContainer container, HealthCheck check, StandaloneEngine engine, ContainerRuntime runtime, TimeProvider clock)
    {
        (this.container, this.check, this.engine, this.runtime, this.clock) = (container, check, engine, runtime, clock);
        running = Task.Run(RunAsync, CancellationToken.None);
    }

    public HealthState State { get; private set; } = new("starting", 0, []);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    /// <summary>A failure within the start period does not count, until the first success.</summary>
    public static HealthState Next(HealthState state, HealthResult result, HealthCheck check, bool inStartPeriod)
    {
        IReadOnlyList<HealthResult> log = [.. state.Log.Append(result).TakeLast(MostResults)];
        if (result.ExitCode == 0)
        {
            return new("healthy", 0, log);
        }

        if (inStartPeriod && state.Status == "starting")
        {
            return state with { Log = log };
        }

        var streak = state.FailingStreak + 1;
        return new(streak >= check.Retries ? "unhealthy" : state.Status, streak, log);
    }

    private async Task RunAsync()
    {
        var began = clock.GetUtcNow();
        while (true)
        {
            var starting = State.Status == "starting" && clock.GetUtcNow() - began < check.StartPeriod;
            await Task.Delay(starting && check.StartInterval < check.Interval ? check.StartInterval : check.Interval, clock, stop.Token).ConfigureAwait(false);
            var result = await CheckAsync().ConfigureAwait(false);
            var next = Next(State, result, check, clock.GetUtcNow() - began < check.StartPeriod);
            if (next.Status != State.Status)
            {
                // First: whoever sees the state finds the event.
                engine.Say(container, $"health_status: {next.Status}");
            }

            State = next;
        }
    }

    private async Task<HealthResult> CheckAsync()
    {
        var start = clock.GetUtcNow();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        time.CancelAfter(check.Timeout);
        try
        {
            var process = await runtime.Exec(container.Id, new() { Command = check.Command }, time.Token).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                var output = new StringBuilder();
                await Task.WhenAll(ReadAsync(process.Stdout, output, time.Token), ReadAsync(process.Stderr, output, time.Token)).ConfigureAwait(false);
                var code = await process.ExitCode.WaitAsync(time.Token).ConfigureAwait(false);
                return new(start, clock.GetUtcNow(), code, output.ToString());
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(start, clock.GetUtcNow(), -1, $"Health check exceeded timeout ({check.Timeout.TotalSeconds:0.###}s)");
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            return new(start, clock.GetUtcNow(), -1, failure.Message);
        }
    }

    private static async Task ReadAsync(Stream? stream, StringBuilder output, CancellationToken cancel)
    {
        var buffer = new byte[MostOutput];
        int count;
        while (stream is not null && (count = await stream.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            lock (output)
            {
                output.Append(Encoding.UTF8.GetString(buffer, 0, Math.Min(count, Math.Max(0, MostOutput - output.Length))));
            }
        }
    }
}
