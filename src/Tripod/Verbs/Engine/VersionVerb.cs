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
        var verb = new Command("version", "print versions, of this program and of the engine where one runs\n\n  tripod version\n  tripod version --client") { client };
        options.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            Console.WriteLine($"Client Version: tripod {Own}");
            if (!parsed.GetValue(client) && await options.FindAsync(parsed, cancel).ConfigureAwait(false) is { } engine)
            {
                using var kubernetes = new KubernetesApi(KubeconfigFile.Of(engine));
                var node = await kubernetes.GetAsync("/api/v1/nodes", cancel).ConfigureAwait(false);
                Console.WriteLine($"Server Version: {((string?)node["items"]?[0]?["status"]?["nodeInfo"]?["containerRuntimeVersion"])?.Replace("://", " ", StringComparison.Ordinal)}");
                Console.WriteLine($"Kubernetes API: {(await kubernetes.GetAsync("/version", cancel).ConfigureAwait(false))["gitVersion"]}");
            }

            return 0;
        });
        return verb;
    }
}
