using System.CommandLine;
using System.Text.Json.Nodes;
using Tripod.Client;
using Tripod.Correspondence;
using Tripod.Objects;

namespace Tripod.Verbs.Containers;

/// <summary><c>tripod adopt</c>: the Pod manifest that a hand-made group of containers amounts to.</summary>
internal static class AdoptVerb
{
    public static Command Create()
    {
        var engine = new EngineOptions();
        var name = new Option<string?>("--name") { Description = "the pod's name; else after the container" };
        var owner = new Argument<string>("container") { Description = "the one whose network the others have joined" };
        var verb = new Command("adopt", "write the Pod manifest that hand-made containers amount to\n\n  tripod adopt fake_k8s_pod_pause > pod.yaml\n  docker rm -f ghost fake_k8s_pod_nginx fake_k8s_pod_pause && kubectl apply -f pod.yaml") { name, owner };
        engine.AddTo(verb);
        verb.SetAction(async (parsed, cancel) =>
        {
            using var docker = await engine.OpenDockerAsync(parsed, cancel).ConfigureAwait(false);
            var top = await InspectAsync(docker, parsed.GetRequiredValue(owner), cancel).ConfigureAwait(false);
            var mode = (string?)top["HostConfig"]!["NetworkMode"] ?? "";
            if (mode.StartsWith("container:", StringComparison.Ordinal))
            {
                throw new CommandFailure($"error: {parsed.GetRequiredValue(owner)} has joined the network of another container: tripod adopt {mode["container:".Length..][..12]}");
            }

            var joiners = new List<JsonNode>();
            foreach (var known in (await docker.GetAsync("containers/json?all=1", cancel).ConfigureAwait(false)).AsArray().Reverse())
            {
                if ((string?)known!["HostConfig"]!["NetworkMode"] == $"container:{top["Id"]}")
                {
                    joiners.Add(await InspectAsync(docker, (string)known["Id"]!, cancel).ConfigureAwait(false));
                }
            }

            var isPause = joiners.Count > 0 && ((string?)top["Path"])?.EndsWith("pause", StringComparison.Ordinal) == true;
            var (manifest, remarks) = AdoptedPod.Of(top, joiners, isPause, parsed.GetValue(name));
            Console.Write(YamlText.Of(manifest));
            foreach (var remark in remarks)
            {
                Console.Error.WriteLine($"tripod: {remark}");
            }

            if ((manifest["spec"]!["containers"]!.AsArray()).Any(container => container!["ports"] is not null))
            {
                Console.Error.WriteLine("tripod: the containers still have the host ports: docker rm -f them before kubectl apply");
            }

            return 0;
        });
        return verb;
    }

    /// <summary>With what the image itself says taken out of what was asked for.</summary>
    private static async Task<JsonNode> InspectAsync(DockerApi docker, string name, CancellationToken cancel)
    {
        var container = await docker.GetAsync($"containers/{Uri.EscapeDataString(name)}/json", cancel).ConfigureAwait(false);
        var image = (await docker.GetAsync($"images/{container["Image"]}/json", cancel).ConfigureAwait(false))["Config"];
        var asked = new JsonObject();
        foreach (var field in (string[])["Entrypoint", "Cmd", "WorkingDir", "User"])
        {
            if (container["Config"]![field] is { } own && own.ToJsonString() != (image?[field]?.ToJsonString() ?? ""))
            {
                asked[field] = own.DeepClone();
            }
        }

        var known = (image?["Env"] as JsonArray ?? []).Select(variable => (string?)variable).ToHashSet();
        asked["Env"] = new JsonArray([.. (container["Config"]!["Env"] as JsonArray ?? []).Select(variable => (string)variable!).Where(variable => !known.Contains(variable) && !variable.StartsWith("PATH=", StringComparison.Ordinal)).Select(variable => (JsonNode)variable)]);
        container["Asked"] = asked;
        return container;
    }
}
