using System.CommandLine;
using Tripod.Client;
using Tripod.Serve;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod up</c>: the engine in the background, and where it is to be found.</summary>
internal static class UpVerb
{
    public static Command Create()
    {
        var options = new ServeOptions();
        var verb = new Command("up", "start the engine in the background unless one runs, and print its addresses\n\n  sudo tripod up\n  tripod up --run /tmp/t/run --root /tmp/t/state --name second --listen-kubernetes 127.0.0.1:7443");
        options.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            var given = options.Given(parsed);
            var engine = await RunningEngine.FindOrStartAsync(parsed.GetRequiredValue(options.Run), given.Count == 0 ? null : ["serve", options.Run.Name, parsed.GetRequiredValue(options.Run), .. given], cancel).ConfigureAwait(false);
            Console.WriteLine($"Kubernetes API  {engine.Kubernetes}   export KUBECONFIG={engine.Kubeconfig}");
            Console.WriteLine($"Docker API      unix://{engine.DockerSocket}   export DOCKER_HOST=unix://{engine.DockerSocket}");
            return 0;
        });
        return verb;
    }
}
