using System.CommandLine;
using Tripod.Client;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod setup</c>: a kubectl context and a docker context named tripod for the user; <c>--undo</c> takes them back.</summary>
internal static class SetupVerb
{
    private const string Examples = "\n\n  sudo tripod setup\n  kubectl --context tripod get pods\n  docker --context tripod images\n  sudo tripod setup --undo";

    public static Command Create()
    {
        var options = new EngineOptions();
        var undo = new Option<bool>("--undo") { Description = "take back what setup has added" };
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        var verb = new Command("setup", "add a kubectl context and a docker context named tripod for this user (under sudo: for the user before it)" + Examples) { undo, yes };
        options.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            var home = UserHome.Find();
            if (parsed.GetValue(undo))
            {
                var record = EngineRecord.Read(parsed.GetRequiredValue(options.Run));
                return Do(Contexts(home, record?.Kubeconfig ?? ServeOptions.UsualKubeconfig), context => context.Removal(), parsed.GetValue(yes));
            }

            var engine = await options.OpenAsync(parsed, cancel).ConfigureAwait(false);
            var done = Do(Contexts(home, engine.Kubeconfig), context => context.Addition(engine), parsed.GetValue(yes));
            if (done == 0 && home.Name is { } user && !SocketGroup.IsFor(user, ServeOptions.UsualGroup))
            {
                Console.WriteLine($"docker: {engine.DockerSocket} is root's. To use it as {user}, who is as good as root then: sudo groupadd -f {ServeOptions.UsualGroup} && sudo usermod -aG {ServeOptions.UsualGroup} {user}; then start the engine and the session anew");
            }

            return done;
        });
        return verb;
    }

    private static IUserContext[] Contexts(UserHome home, string engine) =>
    [
        new KubectlContext(home, UserFiles.Kubeconfig(home, engine)),
        new DockerContext(home),
        // sudo docker reads root's own contexts.
        .. home.Name is null ? Array.Empty<IUserContext>() : [new DockerContext(UserHome.Root)],
    ];

    /// <summary>Says all that would be done, asks once, and does it.</summary>
    private static int Do(IUserContext[] contexts, Func<IUserContext, UserChange> plan, bool withoutAsking)
    {
        var changes = contexts.Select(plan).ToList();
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
                return ExitCodes.Failure;
            }
        }

        changes.ForEach(change => change.Action?.Invoke());
        return 0;
    }
}
