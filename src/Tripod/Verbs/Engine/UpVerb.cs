using System.CommandLine;
using Tripod.Client;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod up</c>: the engine in the background, and where it is to be found.</summary>
internal static class UpVerb
{
    public static Command Create()
    {
        var options = new EngineOptions();
        var verb = new Command("up", "start the engine in the background unless one runs, and print its addresses") { options.Run };
        verb.SetAction(async (parsed, cancel) =>
        {
            var engine = await options.OpenAsync(parsed, cancel).ConfigureAwait(false);
            Console.WriteLine($"Kubernetes API  {engine.Kubernetes}   export KUBECONFIG={engine.Kubeconfig}");
            Console.WriteLine($"Docker API      unix://{engine.DockerSocket}   export DOCKER_HOST=unix://{engine.DockerSocket}");
            return 0;
        });
        return verb;
    }
}
