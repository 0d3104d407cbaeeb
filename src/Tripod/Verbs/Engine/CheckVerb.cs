using System.CommandLine;
using Tripod.Runtime.Checking;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod check</c>: whether what the engine keeps is sound, and with <c>--repair</c> mends it. Ends with 0 where all is well or was mended, 2 where something is damaged, 1 where it could not be looked at.</summary>
internal static class CheckVerb
{
    public static Command Create()
    {
        var options = new ServeOptions();
        var repair = new Option<bool>("--repair") { Description = "mend what can be mended: unpack layers again, forget images so that they are pulled again, drop records that cannot be read; never a volume" };
        var verb = new Command("check", "look over the state: databases, objects, images and layers against their digests; ends with 2 where something is damaged\n\n  sudo tripod check\n  sudo tripod down && sudo tripod check --repair");
        options.AddTo(verb);
        verb.Options.Add(repair);
        verb.SetAction((parsed, cancel) => Task.Run(() => Run(options, parsed, parsed.GetValue(repair), cancel), cancel));
        return verb;
    }

    private static int Run(ServeOptions options, ParseResult parsed, bool repair, CancellationToken cancel)
    {
        var runtime = EngineRecord.Apply(Serve.Engine.Options(options, parsed));
        if (!File.Exists(Path.Combine(runtime.Root, "runtime.db")))
        {
            Console.Error.WriteLine($"tripod: there is no state in {runtime.Root}: name the engine's with --root");
            return ExitCodes.Failure;
        }

        var holder = EngineLock.Holder(runtime.Root) ?? EngineLock.Holder(runtime.Run);
        if (holder is { } pid && repair)
        {
            Console.Error.WriteLine($"tripod: an engine runs in {runtime.Root} (pid {pid}), and nothing may change while it is mended: stop it with tripod down, then repair");
            return ExitCodes.Failure;
        }

        using var held = holder is null ? EngineLock.Take(runtime.Run, runtime.Root) : null;
        if (holder is { } running)
        {
            Console.Error.WriteLine($"an engine runs in {runtime.Root} (pid {running}): it is only looked at, and what changes meanwhile may be told as damaged");
        }

        return Tell(runtime.Root, repair, cancel);
    }

    private static int Tell(string root, bool repair, CancellationToken cancel)
    {
        var (found, left) = (0, 0);
        foreach (var finding in new CheckState(root, TimeProvider.System).Run(repair, what => Console.Error.WriteLine($"looking at {what}"), cancel))
        {
            found++;
            left += finding.Mended ? 0 : 1;
            Console.WriteLine($"{(finding.Mended ? "mended" : "damaged")}: {finding.What}: {finding.Remedy}");
        }

        Console.WriteLine(found == 0 ? $"{root} is sound" : left == 0 ? $"{found} damaged, all mended" : $"{found} damaged, {found - left} mended");
        return left == 0 ? 0 : ExitCodes.Damaged;
    }
}
