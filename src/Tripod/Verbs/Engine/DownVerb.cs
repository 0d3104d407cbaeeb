using System.CommandLine;
using Tripod.Client;
using Tripod.Linux.Processes;
using Tripod.Runtime;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod down</c>: stops the engine with all its pods. Where none runs, what one left is taken away in its place.</summary>
internal static class DownVerb
{
    public static Command Create()
    {
        var options = new ServeOptions();
        var verb = new Command("down", "stop the engine and all pods; the state stays, and tripod up brings the pods back\n\n  sudo tripod down");
        options.AddTo(verb);
        verb.SetAction((parsed, cancel) => RunAsync(options, parsed, cancel));
        return verb;
    }

    private static async Task<int> RunAsync(ServeOptions options, ParseResult parsed, CancellationToken cancel)
    {
        var runtimeOptions = EngineRecord.Apply(Serve.Engine.Options(options, parsed));
        if (InstalledUnit.IsFor(runtimeOptions.Run))
        {
            // Without a request to go down: what runs is stopped below, by a process that nobody's time is up for.
            await InstalledUnit.StopAsync().ConfigureAwait(false);
        }

        if (EngineLock.Holder(runtimeOptions.Run) is { } pid && Pidfd.Open(pid) is { } engine)
        {
            using (engine)
            {
                await File.WriteAllTextAsync(DownRequest.PathIn(runtimeOptions.Run), "", cancel).ConfigureAwait(false);
                engine.Signal(Signals.Term);
                await engine.Ended(cancel).ConfigureAwait(false);
            }
        }

        if (Directory.Exists(runtimeOptions.Run) && File.Exists(Path.Combine(runtimeOptions.Root, "runtime.db")))
        {
            await CleanAsync(runtimeOptions, cancel).ConfigureAwait(false);
        }

        File.Delete(EngineLock.PidPath(runtimeOptions.Run));
        Console.WriteLine("tripod is down: nothing of it runs; the state stays in " + runtimeOptions.Root);
        return 0;
    }

    private static async Task CleanAsync(RuntimeOptions options, CancellationToken cancel)
    {
        using var held = EngineLock.Take(options.Run, options.Root);
        await using var runtime = await ContainerRuntime.OpenAsync(options, TimeProvider.System, cancel).ConfigureAwait(false);
        await runtime.ShutdownAsync(cancel).ConfigureAwait(false);
    }
}
