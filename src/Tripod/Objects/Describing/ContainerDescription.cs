using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>One container within a pod's description.</summary>
internal static class ContainerDescription
{
    private const int Level = 2;

    public static void Describe(Description text, JsonNode container, JsonNode? status)
    {
        if (status is not null)
        {
            text.Add(Level, "Container ID", (string?)status["containerID"]);
        }

        text.Add(Level, "Image", (string?)container["image"]);
        if (status is not null)
        {
            text.Add(Level, "Image ID", (string?)status["imageID"]);
        }

        var ports = container["ports"] as JsonArray ?? [];
        text.Add(Level, ports.Count > 1 ? "Ports" : "Port", Joined(ports.Select(port => $"{port!["containerPort"]}/{port["protocol"] ?? "TCP"}{((string?)port["name"] is { } name ? $" ({name})" : "")}")))
            .Add(Level, ports.Count > 1 ? "Host Ports" : "Host Port", Joined(ports.Select(port => $"{port!["hostPort"] ?? 0}/{port["protocol"] ?? "TCP"}{((string?)port["name"] is { } name ? $" ({name})" : "")}")))
            .AddLines(Level, "Command", Words(container["command"]))
            .AddLines(Level, "Args", Words(container["args"]));
        if (status is not null)
        {
            State(text, "State", status["state"] as JsonObject);
            if (status["lastState"] is JsonObject { Count: > 0 } last)
            {
                State(text, "Last State", last);
            }

            text.Add(Level, "Ready", (bool?)status["ready"] == true ? "True" : "False")
                .Add(Level, "Restart Count", $"{(long?)status["restartCount"] ?? 0}");
        }

        foreach (var (title, field) in ((string, string)[])[("Limits", "limits"), ("Requests", "requests")])
        {
            if (container["resources"]?[field] is JsonObject { Count: > 0 } amounts)
            {
                text.Title(Level, $"{title}:");
                foreach (var (resource, amount) in amounts.OrderBy(amount => amount.Key, StringComparer.Ordinal))
                {
                    text.Add(Level + 1, resource, JsonPath.Text(amount));
                }
            }
        }

        foreach (var (title, field) in ((string, string)[])[("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")])
        {
            if (container[field] is JsonObject probe)
            {
                text.Add(Level, title, Probe(probe));
            }
        }

        EnvironmentDescription.Describe(text, Level, container);
        Mounts(text, container["volumeMounts"] as JsonArray ?? []);
    }

    private static void State(Description text, string title, JsonObject? state)
    {
        var (name, details) = state is { Count: > 0 } ? state.First() : new("waiting", null);
        text.Add(Level, title, char.ToUpperInvariant(name[0]) + name[1..]);
        foreach (var (key, field) in ((string, string)[])[("Reason", "reason"), ("Message", "message"), ("Exit Code", "exitCode"), ("Signal", "signal"), ("Started", "startedAt"), ("Finished", "finishedAt")])
        {
            if (details?[field] is { } value && (field != "signal" || (long)value != 0))
            {
                text.Add(Level + 1, key, field.EndsWith("At", StringComparison.Ordinal) ? Description.Time(value) : JsonPath.Text(value));
            }
        }
    }

    private static void Mounts(Description text, JsonArray mounts)
    {
        if (mounts.Count == 0)
        {
            text.Add(Level, "Mounts", "<none>");
            return;
        }

        text.AddLines(Level, "Mounts", mounts.OrderBy(mount => (string?)mount!["mountPath"], StringComparer.Ordinal)
            .Select(mount => $"{mount!["mountPath"]} from {mount["name"]} ({((bool?)mount["readOnly"] == true ? "ro" : "rw")}{((string?)mount["subPath"] is { } path ? $",path=\"{path}\"" : "")})"));
    }

    private static string Probe(JsonObject probe)
    {
        var action = probe["httpGet"] is { } http ? $"http-get {((string?)http["scheme"] ?? "HTTP").ToLowerInvariant()}://{http["host"]}:{http["port"]}{http["path"]}"
            : probe["tcpSocket"] is { } tcp ? $"tcp-socket {tcp["host"]}:{tcp["port"]}"
            : probe["exec"] is { } exec ? $"exec [{string.Join(' ', Words(exec["command"]))}]"
            : $"grpc <pod>:{probe["grpc"]?["port"]} {probe["grpc"]?["service"]}";
        return $"{action} delay={probe["initialDelaySeconds"] ?? 0}s timeout={probe["timeoutSeconds"] ?? 1}s period={probe["periodSeconds"] ?? 10}s #success={probe["successThreshold"] ?? 1} #failure={probe["failureThreshold"] ?? 3}";
    }

    /// <summary>A line each, and those of several lines as several.</summary>
    private static IEnumerable<string> Words(JsonNode? words) => (words as JsonArray ?? []).SelectMany(word => ((string?)word ?? "").Split('\n'));

    private static string Joined(IEnumerable<string> parts) => string.Join(", ", parts) is { Length: > 0 } joined ? joined : "<none>";
}
