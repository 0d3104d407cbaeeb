using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>One container within a pod's description.</summary>
internal static class ContainerDescription
{
    private const int Level = 2;

    public static void Describe(Description text, JsonNode container, JsonNode? status)
    {
        text.Add(Level, "Container ID", (string?)status?["containerID"])
            .Add(Level, "Image", (string?)container["image"])
            .Add(Level, "Image ID", (string?)status?["imageID"]);
        var ports = container["ports"] as JsonArray ?? [];
        text.Add(Level, ports.Count > 1 ? "Ports" : "Port", Joined(ports.Select(port => $"{port!["containerPort"]}/{port["protocol"] ?? "TCP"}")))
            .Add(Level, ports.Count > 1 ? "Host Ports" : "Host Port", Joined(ports.Select(port => $"{port!["hostPort"] ?? 0}/{port["protocol"] ?? "TCP"}")));
        Words(text, "Command", container["command"]);
        Words(text, "Args", container["args"]);
        State(text, "State", status?["state"] as JsonObject);
        if (status?["lastState"] is JsonObject { Count: > 0 } last)
        {
            State(text, "Last State", last);
        }

        text.Add(Level, "Ready", (bool?)status?["ready"] == true ? "True" : "False")
            .Add(Level, "Restart Count", $"{(long?)status?["restartCount"] ?? 0}");
        foreach (var (title, field) in ((string, string)[])[("Limits", "limits"), ("Requests", "requests")])
        {
            if (container["resources"]?[field] is JsonObject { Count: > 0 } amounts)
            {
                text.Add(Level, title, "");
                foreach (var (resource, amount) in amounts)
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

        Environment(text, container);
        Mounts(text, container["volumeMounts"] as JsonArray ?? []);
    }

    private static void State(Description text, string title, JsonObject? state)
    {
        if (state is null or { Count: 0 })
        {
            text.Add(Level, title, "Waiting");
            return;
        }

        var (name, details) = state.First();
        text.Add(Level, title, char.ToUpperInvariant(name[0]) + name[1..]);
        foreach (var (key, field) in ((string, string)[])[("Reason", "reason"), ("Message", "message"), ("Exit Code", "exitCode"), ("Started", "startedAt"), ("Finished", "finishedAt")])
        {
            if (details?[field] is { } value)
            {
                text.Add(Level + 1, key, field.EndsWith("At", StringComparison.Ordinal) ? CommonDescription.Time((string)value!) : JsonPath.Text(value));
            }
        }
    }

    private static void Environment(Description text, JsonNode container)
    {
        var sources = (container["envFrom"] as JsonArray ?? []).Select(source => source!["configMapRef"] is { } map ? $"{map["name"]}  ConfigMap" : $"{source["secretRef"]?["name"]}  Secret").ToList();
        if (sources.Count > 0)
        {
            text.AddMany(Level, "Environment Variables from", sources);
        }

        var variables = container["env"] as JsonArray ?? [];
        text.Add(Level, "Environment", variables.Count == 0 ? "<none>" : "");
        foreach (var variable in variables)
        {
            text.Add(Level + 1, (string)variable!["name"]!, (string?)variable["value"] ?? Source(variable["valueFrom"]));
        }
    }

    private static string Source(JsonNode? from) => from switch
    {
        null => "",
        _ when from["configMapKeyRef"] is { } map => $"<set to the key '{map["key"]}' of config map '{map["name"]}'>",
        _ when from["secretKeyRef"] is { } secret => $"<set to the key '{secret["key"]}' in secret '{secret["name"]}'>",
        _ when from["fieldRef"] is { } field => $" (v1:{field["fieldPath"]})",
        _ => JsonPath.Text(from),
    };

    private static void Mounts(Description text, JsonArray mounts)
    {
        text.Title(Level, mounts.Count == 0 ? "Mounts:  <none>" : "Mounts:");
        foreach (var mount in mounts)
        {
            text.Title(Level + 1, $"{mount!["mountPath"]} from {mount["name"]} ({((bool?)mount["readOnly"] == true ? "ro" : "rw")}{((string?)mount["subPath"] is { } path ? $",path=\"{path}\"" : "")})");
        }
    }

    private static string Probe(JsonObject probe)
    {
        var action = probe["httpGet"] is { } http ? $"http-get {((string?)http["scheme"] ?? "HTTP").ToLowerInvariant()}://{http["host"]}:{http["port"]}{http["path"]}"
            : probe["tcpSocket"] is { } tcp ? $"tcp-socket {tcp["host"]}:{tcp["port"]}"
            : probe["exec"] is { } exec ? $"exec [{string.Join(' ', exec["command"]?.AsArray().Select(word => (string?)word) ?? [])}]"
            : $"grpc <pod>:{probe["grpc"]?["port"]}";
        return $"{action} delay={probe["initialDelaySeconds"] ?? 0}s timeout={probe["timeoutSeconds"] ?? 1}s period={probe["periodSeconds"] ?? 10}s #success={probe["successThreshold"] ?? 1} #failure={probe["failureThreshold"] ?? 3}";
    }

    private static void Words(Description text, string title, JsonNode? words)
    {
        if (words is JsonArray { Count: > 0 } list)
        {
            text.Title(Level, $"{title}:");
            foreach (var word in list)
            {
                text.Title(Level + 1, (string)word!);
            }
        }
    }

    private static string Joined(IEnumerable<string> parts) => string.Join(", ", parts) is { Length: > 0 } joined ? joined : "<none>";
}
