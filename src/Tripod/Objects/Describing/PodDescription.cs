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
            .Add(0, "Priority", $"{(long?)spec["priority"] ?? 0}");
        foreach (var (key, field) in ((string, string)[])[("Priority Class Name", "priorityClassName"), ("Runtime Class Name", "runtimeClassName"), ("Service Account", "serviceAccountName")])
        {
            Optional(text, key, spec[field]);
        }

        text.Add(0, "Node", (string?)spec["nodeName"] is { } node ? $"{node}/{status["hostIP"]}" : "<none>");
        if (status["startTime"] is { } started)
        {
            text.Add(0, "Start Time", Description.Time(started));
        }

        text.Labels(metadata).Annotations(metadata);
        if (metadata["deletionTimestamp"] is { } deleted)
        {
            text.Add(0, "Status", $"Terminating (lasts {text.Since(deleted)})")
                .Add(0, "Termination Grace Period", $"{metadata["deletionGracePeriodSeconds"]}s");
        }
        else
        {
            text.Add(0, "Status", (string?)status["phase"]);
        }

        Optional(text, "Reason", status["reason"]);
        Optional(text, "Message", status["message"]);
        if ((string?)spec["securityContext"]?["seccompProfile"]?["type"] is { } profile)
        {
            text.Add(0, "SeccompProfile", profile);
        }

        text.Add(0, "IP", (string?)status["podIP"]);
        Addresses(text, status["podIPs"] as JsonArray ?? []);
        foreach (var owner in metadata["ownerReferences"] as JsonArray ?? [])
        {
            text.Add(0, "Controlled By", $"{owner!["kind"]}/{owner["name"]}");
        }

        Containers(text, "Init Containers:", spec["initContainers"], status["initContainerStatuses"]);
        Containers(text, "Containers:", spec["containers"], status["containerStatuses"]);
        Containers(text, "Ephemeral Containers:", spec["ephemeralContainers"], status["ephemeralContainerStatuses"]);
        Conditions(text, status["conditions"] as JsonArray ?? []);
        VolumeDescription.Describe(text, spec["volumes"] as JsonArray ?? []);
        text.Add(0, "QoS Class", (string?)status["qosClass"])
            .AddMany(0, "Node-Selectors", [.. Description.Pairs(spec["nodeSelector"], "=")])
            .AddMany(0, "Tolerations", [.. (spec["tolerations"] as JsonArray ?? []).Select(Toleration!).Order(StringComparer.Ordinal)]);
    }

    private static void Optional(Description text, string key, JsonNode? value)
    {
        if ((string?)value is { Length: > 0 } shown)
        {
            text.Add(0, key, shown);
        }
    }

    private static void Addresses(Description text, JsonArray addresses)
    {
        if (addresses.Count == 0)
        {
            text.Add(0, "IPs", "<none>");
            return;
        }

        text.Title(0, "IPs:");
        foreach (var address in addresses)
        {
            text.Add(1, "IP", (string?)address!["ip"]);
        }
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

    private static void Conditions(Description text, JsonArray conditions)
    {
        if (conditions.Count == 0)
        {
            return;
        }

        text.Title(0, "Conditions:");
        text.Text.Add(1, "Type", "Status");
        foreach (var condition in conditions)
        {
            text.Text.Add(1, (string?)condition!["type"] ?? "", (string?)condition["status"] ?? "");
        }
    }

    private static string Toleration(JsonNode toleration)
    {
        var words = $"{toleration["key"]}" + ((string?)toleration["value"] is { Length: > 0 } value ? $"={value}" : "") + ((string?)toleration["effect"] is { Length: > 0 } effect ? $":{effect}" : "");
        return words + ((string?)toleration["operator"] == "Exists" ? words.Length == 0 ? "op=Exists" : " op=Exists" : "") + ((long?)toleration["tolerationSeconds"] is { } seconds ? $" for {seconds}s" : "");
    }
}
