using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod setup</c>: a kubectl context and a docker context named tripod for the user; <c>--undo</c> takes them back.</summary>
internal static class SetupVerb
{
    public static Command Create()
    {
        var options = new EngineOptions();
        var undo = new Option<bool>("--undo") { Description = "take back what setup has added" };
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        var verb = new Command("setup", "add a kubectl context and a docker context named tripod for this user\n\n  sudo tripod setup\n  kubectl --context tripod get pods\n  docker --context tripod images\n  sudo tripod setup --undo") { undo, yes, options.Run };
        verb.SetAction(async (parsed, cancel) =>
        {
            var home = UserHome.Find();
            IUserContext[] contexts = [new KubectlContext(home), new DockerContext(home)];
            if (parsed.GetValue(undo))
            {
                return Do(contexts, context => context.Removal(), parsed.GetValue(yes));
            }

            var engine = await options.OpenAsync(parsed, cancel).ConfigureAwait(false);
            return Do(contexts, context => context.Addition(engine), parsed.GetValue(yes));
        });
        return verb;
    }

    /// <summary>Says all that would be done, asks once, and does it.</summary>
    private static int Do(IUserContext[] contexts, Func<IUserContext, UserChange?> plan, bool withoutAsking)
    {
        var changes = contexts.Select(plan).OfType<UserChange>().ToList();
        foreach (var change in changes)
        {
            Console.WriteLine($"  {change.Description}");
        }

        if (changes.TrueForAll(change => change.Action is null))
        {
            return 0;
        }

        if (!withoutAsking)
        {
            Console.Write("go on? [y/N] ");
            if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            {
                Console.WriteLine("nothing is changed");
                return 1;
            }
        }

        changes.ForEach(change => change.Action?.Invoke());
        return 0;
    }
}
