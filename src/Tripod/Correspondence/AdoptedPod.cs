using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tripod.Correspondence;

/// <summary>
/// The Pod that a hand-made group of containers amounts to: one that owns the network, and those that have joined it. Pure:
/// it is told what <c>docker inspect</c> says of each.
/// </summary>
internal sealed partial class AdoptedPod
{
    private const string Joined = "container:";

    private readonly JsonNode owner;
    private readonly IReadOnlyList<JsonNode> members;
    private readonly JsonArray volumes = [];
    private readonly List<string> remarks = [];

    private AdoptedPod(JsonNode owner, IReadOnlyList<JsonNode> members) => (this.owner, this.members) = (owner, members);

    /// <summary>What the manifest cannot say, one sentence each.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    /// <param name="owner">Of the network.</param>
    /// <param name="joiners">Of the same network.</param>
    /// <param name="isPause">The owner only holds namespaces: every pod has one of its own.</param>
    /// <param name="name">Of the pod; null: after the owner.</param>
    public static (JsonObject Manifest, IReadOnlyList<string> Remarks) Of(JsonNode owner, IReadOnlyList<JsonNode> joiners, bool isPause, string? name)
    {
        var pod = new AdoptedPod(owner, isPause ? joiners : [owner, .. joiners]);
        return (pod.Manifest(name), pod.remarks);
    }

    /// <summary>Lower case, digits and hyphens, as Kubernetes wants names (RFC 1123).</summary>
    public static string ToName(string text)
    {
        var name = NotAllowed().Replace(text.ToLowerInvariant(), "-").Trim('-');
        return name.Length == 0 ? "pod" : name.Length > 63 ? name[..63].TrimEnd('-') : name;
    }

    private JsonObject Manifest(string? name)
    {
        var ownerName = Text(owner, "Name").TrimStart('/');
        var host = owner["HostConfig"]!;
        var spec = new JsonObject();
        if (Text(host, "NetworkMode") == "host")
        {
            spec["hostNetwork"] = true;
        }

        if (members.Any(member => Text(member["HostConfig"], "PidMode") == Joined + Text(owner, "Id")))
        {
            spec["shareProcessNamespace"] = true;
        }

        if (members.Any(member => Text(member["HostConfig"], "PidMode") == "host"))
        {
            spec["hostPID"] = true;
        }

        spec["restartPolicy"] = Restart();
        if (Text(owner["Config"], "Hostname") is { Length: > 0 } hostname && !Text(owner, "Id").StartsWith(hostname, StringComparison.Ordinal) && !spec.ContainsKey("hostNetwork"))
        {
            spec["hostname"] = ToName(hostname);
        }

        AddNames(spec, host);
        spec["containers"] = new JsonArray([.. members.Select((member, index) => (JsonNode)Container(member, index))]);
        if (volumes.Count > 0)
        {
            spec["volumes"] = volumes;
        }

        var metadata = new JsonObject { ["name"] = name ?? ToName(PauseSuffix().Replace(ownerName, "")) };
        Add(metadata, "labels", Labels());
        return new() { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = spec };
    }

    private JsonObject Labels()
    {
        var labels = new JsonObject();
        foreach (var (key, value) in owner["Config"]?["Labels"] as JsonObject ?? [])
        {
            labels[key] = value?.DeepClone();
        }

        return labels;
    }

    private JsonObject Container(JsonNode member, int index)
    {
        var config = member["Config"]!;
        var container = new JsonObject { ["name"] = ToName(Text(member, "Name").TrimStart('/')), ["image"] = Text(config, "Image"), ["imagePullPolicy"] = "IfNotPresent" };
        Add(container, "command", member["Asked"]?["Entrypoint"]);
        Add(container, "args", member["Asked"]?["Cmd"]);
        if (member["Asked"]?["WorkingDir"] is JsonValue directory && ((string?)directory)!.Length > 0)
        {
            container["workingDir"] = directory.DeepClone();
        }

        if (member["Asked"]?["Env"] is JsonArray { Count: > 0 } variables)
        {
            container["env"] = new JsonArray([.. variables.Select(variable => ((string)variable!).Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => (JsonNode)new JsonObject { ["name"] = pair[0], ["value"] = pair[1] })]);
        }

        foreach (var (flag, field) in (ReadOnlySpan<(string, string)>)[("Tty", "tty"), ("OpenStdin", "stdin"), ("StdinOnce", "stdinOnce")])
        {
            if ((bool?)config[flag] == true)
            {
                container[field] = true;
            }
        }

        if (Ports(index) is { Count: > 0 } ports)
        {
            container["ports"] = ports;
        }

        Add(container, "resources", Resources(member["HostConfig"]!));
        Add(container, "securityContext", Security(member));
        Add(container, "volumeMounts", Mounts(member));
        if (Text(member["HostConfig"], "IpcMode") is var ipc && ipc != Joined + Text(owner, "Id") && !ReferenceEquals(member, owner))
        {
            remarks.Add($"{Text(member, "Name").TrimStart('/')} has an IPC namespace of its own; in a pod all containers share one");
        }

        if (config["Healthcheck"] is JsonObject { Count: > 0 })
        {
            remarks.Add($"{Text(member, "Name").TrimStart('/')} has a health check, which is a livenessProbe in Kubernetes: write one where it should restart the container");
        }

        return container;
    }

    /// <summary>The owner's host ports, on the container that exposes them; else on the first.</summary>
    private JsonArray Ports(int index)
    {
        var ports = new JsonArray();
        foreach (var (port, bindings) in owner["HostConfig"]?["PortBindings"] as JsonObject ?? [])
        {
            var exposing = members.Select((member, at) => (member, at)).Where(pair => (pair.member["Config"]?["ExposedPorts"] as JsonObject)?.ContainsKey(port) == true).Select(pair => pair.at).FirstOrDefault(0);
            foreach (var binding in exposing == index ? (bindings as JsonArray ?? []) : [])
            {
                var parts = port.Split('/');
                var json = new JsonObject { ["containerPort"] = int.Parse(parts[0], CultureInfo.InvariantCulture) };
                if (int.TryParse(Text(binding, "HostPort"), NumberStyles.None, CultureInfo.InvariantCulture, out var hostPort) && hostPort > 0)
                {
                    json["hostPort"] = hostPort;
                }

                if (Text(binding, "HostIp") is { Length: > 0 } address and not "0.0.0.0")
                {
                    json["hostIP"] = address;
                }

                if (parts[^1] != "tcp" && parts.Length > 1)
                {
                    json["protocol"] = parts[1].ToUpperInvariant();
                }

                ports.Add((JsonNode)json);
            }
        }

        return ports;
    }

    private JsonArray Mounts(JsonNode member)
    {
        var mounts = new JsonArray();
        foreach (var mount in (member["Mounts"] as JsonArray ?? []).OfType<JsonNode>())
        {
            var source = Text(mount, "Source");
            var anonymous = Text(mount, "Name").Length == 64;
            var name = Volume(anonymous ? "" : source, Text(mount, "Type") == "volume", anonymous ? Text(member, "Name") : "", Text(mount, "Name"));
            var json = new JsonObject { ["name"] = name, ["mountPath"] = Text(mount, "Destination") };
            if ((bool?)mount["RW"] == false)
            {
                json["readOnly"] = true;
            }

            mounts.Add((JsonNode)json);
        }

        foreach (var (path, _) in member["HostConfig"]?["Tmpfs"] as JsonObject ?? [])
        {
            var name = $"tmpfs-{volumes.Count + 1}";
            volumes.Add((JsonNode)new JsonObject { ["name"] = name, ["emptyDir"] = new JsonObject { ["medium"] = "Memory" } });
            mounts.Add((JsonNode)new JsonObject { ["name"] = name, ["mountPath"] = path });
        }

        return mounts;
    }

    /// <summary>The same source is one volume, whoever mounts it.</summary>
    private string Volume(string source, bool isVolume, string anonymousOf, string volumeName)
    {
        if (source.Length > 0 && volumes.FirstOrDefault(known => (string?)known!["hostPath"]?["path"] == source) is { } found)
        {
            return (string)found["name"]!;
        }

        var name = UniqueName(source.Length == 0 ? $"{anonymousOf.TrimStart('/')}-data" : isVolume ? volumeName : Path.GetFileName(source.TrimEnd('/')));
        volumes.Add((JsonNode)new JsonObject
        {
            ["name"] = name,
            [source.Length == 0 ? "emptyDir" : "hostPath"] = source.Length == 0 ? new JsonObject() : new JsonObject { ["path"] = source, ["type"] = File.Exists(source) ? "File" : "DirectoryOrCreate" },
        });
        return name;
    }

    private string UniqueName(string wanted)
    {
        var name = ToName(wanted);
        for (var number = 2; volumes.Any(known => (string?)known!["name"] == name); number++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{ToName(wanted)}-{number}");
        }

        return name;
    }

    private static JsonObject Resources(JsonNode host)
    {
        var limits = new JsonObject();
        if ((long?)host["Memory"] is > 0 and var memory)
        {
            limits["memory"] = memory % (1 << 20) == 0 ? string.Create(CultureInfo.InvariantCulture, $"{memory >> 20}Mi") : memory.ToString(CultureInfo.InvariantCulture);
        }

        if ((long?)host["NanoCpus"] is > 0 and var cpus)
        {
            limits["cpu"] = string.Create(CultureInfo.InvariantCulture, $"{cpus / 1_000_000}m");
        }

        return limits.Count > 0 ? new() { ["limits"] = limits } : [];
    }

    private JsonObject Security(JsonNode member)
    {
        var (security, host) = (new JsonObject(), member["HostConfig"]!);
        var user = member["Asked"]?["User"] is JsonValue asked ? (string?)asked ?? "" : "";
        if (user.Length > 0)
        {
            var parts = user.Split(':');
            if (long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
            {
                security["runAsUser"] = uid;
            }
            else
            {
                remarks.Add($"{Text(member, "Name").TrimStart('/')} runs as {user}; Kubernetes takes numbers only: write runAsUser");
            }

            if (parts.Length > 1 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gid))
            {
                security["runAsGroup"] = gid;
            }
        }

        if ((bool?)host["Privileged"] == true)
        {
            security["privileged"] = true;
        }

        if ((bool?)host["ReadonlyRootfs"] == true)
        {
            security["readOnlyRootFilesystem"] = true;
        }

        var capabilities = new JsonObject();
        Add(capabilities, "add", Capabilities(host["CapAdd"]));
        Add(capabilities, "drop", Capabilities(host["CapDrop"]));
        Add(security, "capabilities", capabilities);
        return security;
    }

    private static JsonArray? Capabilities(JsonNode? names) =>
        names is JsonArray { Count: > 0 } list ? new([.. list.Select(name => (JsonNode)((string)name!).ToUpperInvariant().Replace("CAP_", "", StringComparison.Ordinal))]) : null;

    private static void AddNames(JsonObject spec, JsonNode host)
    {
        if (host["ExtraHosts"] is JsonArray { Count: > 0 } hosts)
        {
            spec["hostAliases"] = new JsonArray([.. hosts.Select(line => ((string)line!).Split((char[])[':', '='], 2)).Where(pair => pair.Length == 2 && pair[1] != "host-gateway")
                .Select(pair => (JsonNode)new JsonObject { ["ip"] = pair[1], ["hostnames"] = new JsonArray((JsonNode)pair[0]) })]);
        }

        if (host["Dns"] is JsonArray { Count: > 0 } servers)
        {
            spec["dnsPolicy"] = "None";
            spec["dnsConfig"] = new JsonObject { ["nameservers"] = servers.DeepClone() };
        }
    }

    /// <summary>One for all: the most eager.</summary>
    private string Restart()
    {
        var names = members.Select(member => Text(member["HostConfig"]?["RestartPolicy"], "Name")).ToHashSet(StringComparer.Ordinal);
        if (names.Count > 1)
        {
            remarks.Add("the containers have different restart policies; a pod has one for all");
        }

        return names.Contains("always") || names.Contains("unless-stopped") ? "Always" : names.Contains("on-failure") ? "OnFailure" : "Never";
    }

    private static void Add(JsonObject target, string name, JsonNode? value)
    {
        if (value is JsonArray { Count: > 0 } or JsonObject { Count: > 0 })
        {
            target[name] = value.Parent is null ? value : value.DeepClone();
        }
    }

    private static string Text(JsonNode? json, string name) => json?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string)value! : "";

    [GeneratedRegex("[^a-z0-9-]+")]
    private static partial Regex NotAllowed();

    [GeneratedRegex("[-_](pause|infra|sandbox)$")]
    private static partial Regex PauseSuffix();
}
