using System.CommandLine;
using System.Reflection;
using Tripod.Client;

namespace Tripod.Verbs.Engine;

/// <summary><c>tripod version</c>: of this program, and of the engine where one runs.</summary>
internal static class VersionVerb
{
    public static string Own { get; } = typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static Command Create()
    {
        var options = new EngineOptions();
        var client = new Option<bool>("--client") { Description = "of this program alone" };
        var verb = new Command("version", "print versions") { client, options.Run };
        verb.SetAction(async (parsed, cancel) =>
        {
            Console.WriteLine($"Client Version: tripod {Own}");
            if (!parsed.GetValue(client) && await RunningEngine.FindAsync(parsed.GetRequiredValue(options.Run), cancel).ConfigureAwait(false) is { } engine)
            {
                using var docker = new DockerApi(engine.DockerSocket);
                using var kubernetes = new KubernetesApi(engine.Kubeconfig);
                Console.WriteLine($"Server Version: tripod {(await docker.GetAsync("version", cancel).ConfigureAwait(false))["Version"]}");
                Console.WriteLine($"Kubernetes API: {(await kubernetes.GetAsync("/version", cancel).ConfigureAwait(false))["gitVersion"]}");
            }

            return 0;
        });
        return verb;
    }
}
