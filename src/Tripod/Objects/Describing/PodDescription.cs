using System.Globalization;
using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>A pod as <c>kubectl describe pod</c> tells it.</summary>
internal static class PodDescription
{
    public static void Describe(Description text, JsonObject pod)
    {
        var (metadata, spec, status) = (pod["metadata"]!, pod["spec"]!, pod["status"] ?? new JsonObject());
        text.Add(0, "Name", (string?)metadata["name"])
            .Add(0, "Namespace", (string?)metadata["namespace"])
            .Add(0, "Priority", $"{(long?)spec["priority"] ?? 0}")
            .Add(0, "Service Account", (string?)spec["serviceAccountName"])
            .Add(0, "Node", (string?)spec["nodeName"] is { } node ? $"{node}/{status["hostIP"]}" : "<none>");
        if ((string?)status["startTime"] is { } started)
        {
            text.Add(0, "Start Time", CommonDescription.Time(started));
        }

        text.AddMany(0, "Labels", CommonDescription.Pairs(metadata["labels"], "="))
            .AddMany(0, "Annotations", CommonDescription.Annotations(metadata));
        if ((string?)metadata["deletionTimestamp"] is { } deleted)
        {
            text.Add(0, "Status", $"Terminating (since {CommonDescription.Time(deleted)})")
                .Add(0, "Termination Grace Period", $"{metadata["deletionGracePeriodSeconds"]}s");
        }
        else
        {
            text.Add(0, "Status", (string?)status["phase"]);
        }

        foreach (var (key, field) in ((string, string)[])[("Reason", "reason"), ("Message", "message")])
        {
            if ((string?)status[field] is { Length: > 0 } value)
            {
                text.Add(0, key, value);
            }
        }

        text.Add(0, "IP", (string?)status["podIP"]).Add(0, "IPs", "");
        foreach (var address in status["podIPs"]?.AsArray() ?? [])
        {
            text.Add(1, "IP", (string?)address!["ip"]);
        }

        Containers(text, "Init Containers:", spec["initContainers"], status["initContainerStatuses"]);
        Containers(text, "Containers:", spec["containers"], status["containerStatuses"]);
        text.Title(0, "Conditions:").Title(1, "Type".PadRight(28) + "Status");
        foreach (var condition in status["conditions"]?.AsArray() ?? [])
        {
            text.Title(1, ((string?)condition!["type"] ?? "").PadRight(28) + condition["status"]);
        }

        Volumes(text, spec["volumes"] as JsonArray ?? []);
        text.Add(0, "QoS Class", (string?)status["qosClass"])
            .AddMany(0, "Node-Selectors", CommonDescription.Pairs(spec["nodeSelector"], "="))
            .AddMany(0, "Tolerations", [.. (spec["tolerations"] as JsonArray ?? []).Select(Toleration!)]);
    }

    private static void Containers(Description text, string title, JsonNode? containers, JsonNode? statuses)
    {
        if (containers is not JsonArray { Count: > 0 } list)
        {
            return;
        }

        text.Title(0, title);
        foreach (var container in list)
        {
            var name = (string)container!["name"]!;
            text.Title(1, $"{name}:");
            ContainerDescription.Describe(text, container, (statuses as JsonArray)?.FirstOrDefault(status => (string?)status!["name"] == name));
        }
    }

    private static void Volumes(Description text, JsonArray volumes)
    {
        text.Title(0, volumes.Count == 0 ? "Volumes:           <none>" : "Volumes:");
        foreach (var volume in volumes.Select(volume => volume!.AsObject()))
        {
            text.Title(1, $"{volume["name"]}:");
            var (type, source) = volume.First(field => field.Key != "name");
            text.Add(2, "Type", type switch
            {
                "configMap" => "ConfigMap (a volume populated by a ConfigMap)",
                "secret" => "Secret (a volume populated by a Secret)",
                "emptyDir" => "EmptyDir (a temporary directory that shares a pod's lifetime)",
                "hostPath" => "HostPath (bare host directory volume)",
                "projected" => "Projected (a volume that contains injected data from multiple sources)",
                "downwardAPI" => "DownwardAPI (a volume populated by information about the pod)",
                _ => type,
            });
            foreach (var (key, value) in source as JsonObject ?? [])
            {
                text.Add(2, string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(key[0])}{key[1..]}"), JsonPath.Text(value));
            }
        }
    }

    private static string Toleration(JsonNode toleration)
    {
        var words = $"{toleration["key"]}" + ((string?)toleration["value"] is { } value ? $"={value}" : "") + ((string?)toleration["effect"] is { } effect ? $":{effect}" : "");
        return words + ((string?)toleration["operator"] == "Exists" ? " op=Exists" : "") + ((long?)toleration["tolerationSeconds"] is { } seconds ? $" for {seconds}s" : "");
    }
}
