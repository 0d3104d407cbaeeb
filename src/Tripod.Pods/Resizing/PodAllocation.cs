using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Store;

namespace Tripod.Pods.Resizing;

/// <summary>
/// The resources that the node has granted a pod: those its spec asked for when it was taken, or at the last resize that
/// had room. A spec that asks for others waits (KEP-1287, "Allocation").
/// </summary>
internal sealed class PodAllocation
{
    private static readonly string[] Lists = ["containers", "initContainers"];

    private readonly Lazy<V1PodSpec> typed;

    private PodAllocation(JsonObject document)
    {
        Document = document;
        typed = new(() => Views.Parse<V1Pod>(Encoding.UTF8.GetBytes(document.ToJsonString())).Spec);
    }

    private PodAllocation(V1PodSpec spec)
    {
        Document = [];
        typed = new(spec);
    }

    /// <summary><c>{"spec":{"resources":{…},"containers":[{"name":…,"resources":{…}}],"initContainers":[…]}}</c></summary>
    public JsonObject Document { get; }

    /// <summary>All that the pod asks for now.</summary>
    public static PodAllocation Of(StoredObject pod)
    {
        var asked = JsonNode.Parse(pod.Document.Span)!["spec"]!;
        var spec = new JsonObject();
        Put(spec, "resources", asked["resources"]);
        foreach (var list in Lists.Where(list => asked[list] is JsonArray))
        {
            spec[list] = new JsonArray([.. asked[list]!.AsArray().Select(container => (JsonNode)Part(container!))]);
        }

        return new(new JsonObject { ["spec"] = spec });
    }

    /// <summary>The same of a typed spec, to compare by.</summary>
    public static PodAllocation Of(V1PodSpec spec) => new(spec);

    public static PodAllocation Parse(string document) => new((JsonObject)JsonNode.Parse(document)!);

    /// <summary>Whether a spec asks for just these, however it writes the amounts.</summary>
    public bool Is(V1PodSpec asked)
    {
        var granted = Containers(typed.Value).ToDictionary(container => container.Name, container => container.Resources);
        return SameResources(typed.Value.Resources, asked.Resources)
            && Containers(asked).All(container => !granted.TryGetValue(container.Name, out var resources) || SameResources(resources, container.Resources));
    }

    /// <summary>The pod as it would be if it asked for no more than it has been granted.</summary>
    public V1Pod Granted(StoredObject pod)
    {
        var document = JsonNode.Parse(pod.Document.Span)!;
        var (spec, granted) = (document["spec"]!.AsObject(), Document["spec"]!);
        Put(spec, "resources", granted["resources"]);
        foreach (var list in Lists.Where(list => spec[list] is JsonArray && granted[list] is JsonArray))
        {
            var parts = granted[list]!.AsArray().ToDictionary(part => (string)part!["name"]!, part => part!["resources"]);
            foreach (var container in spec[list]!.AsArray().OfType<JsonObject>().Where(container => parts.ContainsKey((string)container["name"]!)))
            {
                Put(container, "resources", parts[(string)container["name"]!]);
            }
        }

        return Views.Parse<V1Pod>(Encoding.UTF8.GetBytes(document.ToJsonString()));
    }

    private static IEnumerable<V1Container> Containers(V1PodSpec spec) => (spec.Containers ?? []).Concat(spec.InitContainers ?? []);

    private static JsonObject Part(JsonNode container)
    {
        var part = new JsonObject { ["name"] = (string)container["name"]! };
        Put(part, "resources", container["resources"]);
        return part;
    }

    private static void Put(JsonObject to, string name, JsonNode? value)
    {
        to.Remove(name);
        if (value is not null)
        {
            to[name] = value.DeepClone();
        }
    }

    private static bool SameResources(V1ResourceRequirements? one, V1ResourceRequirements? other) => Same(one?.Requests, other?.Requests) && Same(one?.Limits, other?.Limits);

    private static bool Same(IDictionary<string, ResourceQuantity>? one, IDictionary<string, ResourceQuantity>? other) =>
        (one?.Count ?? 0) == (other?.Count ?? 0)
        && (one ?? new Dictionary<string, ResourceQuantity>()).All(amount => other!.TryGetValue(amount.Key, out var same) && same.ToDecimal() == amount.Value.ToDecimal());
}
