using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.Correspondence;

/// <summary>The docker commands that a pod amounts to: pause with the network, and each container in its namespaces. Pure.</summary>
internal sealed class DockerCommands
{
    /// <summary>Built into the engine.</summary>
    private const string PauseImage = "registry.k8s.io/pause:tripod";

    private readonly JsonNode spec;
    private readonly string name;
    private readonly List<string> lines = [];

    private readonly IReadOnlyDictionary<string, JsonNode> sources;

    private DockerCommands(JsonNode pod, IReadOnlyDictionary<string, JsonNode> sources)
    {
        this.sources = sources;
        spec = pod["spec"]!;
        name = (string)pod["metadata"]!["name"]!;
    }

    /// <summary>The ConfigMap or Secret that a volume shows, as a path below its namespace; empty for another volume.</summary>
    public static string SourceOf(JsonNode volume) =>
        volume["configMap"] is { } map ? $"configmaps/{Text(map, "name")}" : volume["secret"] is { } secret ? $"secrets/{Text(secret, "secretName")}" : "";

    /// <param name="pod">As the API has it.</param>
    /// <param name="sources">What <see cref="SourceOf"/> names.</param>
    public static IReadOnlyList<string> Of(JsonNode pod, IReadOnlyDictionary<string, JsonNode> sources)
    {
        var commands = new DockerCommands(pod, sources);
        commands.Write();
        return commands.lines;
    }

    /// <summary>As a shell reads it as one word.</summary>
    public static string Quoted(string text) =>
        text.Length > 0 && text.All(character => char.IsAsciiLetterOrDigit(character) || "_-./:=,@%+".Contains(character, StringComparison.Ordinal)) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private void Write()
    {
        foreach (var volume in Items(spec["volumes"]))
        {
            WriteFiles(volume);
        }

        if (spec["hostUsers"] is { } users && !(bool)users)
        {
            Remark("hostUsers: false gives the pod a user namespace of its own: docker run has none for one container, only for a whole daemon (dockerd --userns-remap)");
        }

        var host = Flag(spec, "hostNetwork");
        if (!host || Flag(spec, "shareProcessNamespace"))
        {
            Command([.. new[] { "docker run -d --ipc=shareable", $"--name {Quoted(Pause)}" }, .. host ? ["--net=host"] : PauseOptions(), PauseImage]);
        }

        foreach (var init in Items(spec["initContainers"]))
        {
            Remark($"{Text(init, "name")} is an init container: docker runs it to its end before the next line");
            Container(init, host, detached: false);
        }

        foreach (var container in Items(spec["containers"]))
        {
            Container(container, host, detached: true);
        }
    }

    private string Pause => $"{name}_pause";

    private IEnumerable<string> PauseOptions()
    {
        yield return $"--hostname {Quoted(Text(spec, "hostname") is { Length: > 0 } own ? own : name)}";
        foreach (var port in Items(spec["containers"]).SelectMany(container => Items(container["ports"])).Where(port => port["hostPort"] is not null))
        {
            var address = Text(port, "hostIP") is { Length: > 0 } ip ? $"{ip}:" : "";
            var protocol = Text(port, "protocol") is { Length: > 0 } kind and not "TCP" ? $"/{kind.ToLowerInvariant()}" : "";
            yield return $"-p {address}{port["hostPort"]}:{port["containerPort"]}{protocol}";
        }

        foreach (var alias in Items(spec["hostAliases"]))
        {
            foreach (var hostname in Items(alias["hostnames"]))
            {
                yield return $"--add-host {Quoted($"{hostname}:{Text(alias, "ip")}")}";
            }
        }

        foreach (var server in Items(spec["dnsConfig"]?["nameservers"]))
        {
            yield return $"--dns {Quoted(server.ToString())}";
        }

        foreach (var sysctl in Items(spec["securityContext"]?["sysctls"]))
        {
            yield return $"--sysctl {Quoted($"{Text(sysctl, "name")}={Text(sysctl, "value")}")}";
        }
    }

    private void Container(JsonNode container, bool host, bool detached)
    {
        var words = new List<string> { $"docker run {(detached ? "-d" : "--rm")} --name {Quoted($"{name}_{Text(container, "name")}")}" };
        words.AddRange(host ? ["--net=host"] : [$"--net=container:{Quoted(Pause)}", $"--ipc=container:{Quoted(Pause)}"]);
        if (Flag(spec, "shareProcessNamespace"))
        {
            words.Add($"--pid=container:{Quoted(Pause)}");
        }
        else if (Flag(spec, "hostPID"))
        {
            words.Add("--pid=host");
        }

        if (detached && (Text(spec, "restartPolicy") is { Length: > 0 } policy ? policy : "Always") is var restart && restart != "Never")
        {
            words.Add(restart == "Always" ? "--restart=always" : "--restart=on-failure");
        }

        words.AddRange(Process(container));
        words.AddRange(Security(container));
        words.AddRange(Limits(container));
        words.AddRange(Items(container["volumeMounts"]).Select(Mount));
        foreach (var unsaid in (string[])["livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "envFrom"])
        {
            if (container[unsaid] is not null)
            {
                Remark($"{Text(container, "name")} has a {unsaid}, for which docker run has no word");
            }
        }

        var command = Items(container["command"]).Select(part => part.ToString()).ToList();
        if (command.Count > 0)
        {
            words.Add($"--entrypoint {Quoted(command[0])}");
        }

        Command([.. words, string.Join(' ', [Quoted(Text(container, "image")), .. command.Skip(1).Concat(Items(container["args"]).Select(part => part.ToString())).Select(Quoted)])]);
    }

    private IEnumerable<string> Process(JsonNode container)
    {
        foreach (var variable in Items(container["env"]))
        {
            yield return $"-e {Variable(variable)}";
        }

        if (Text(container, "workingDir") is { Length: > 0 } directory)
        {
            yield return $"-w {Quoted(directory)}";
        }

        if (Flag(container, "stdin"))
        {
            yield return "-i";
        }

        if (Flag(container, "tty"))
        {
            yield return "-t";
        }
    }

    private string Variable(JsonNode variable)
    {
        var source = variable["valueFrom"];
        var own = Text(variable, "name");
        return source switch
        {
            null => Quoted($"{own}={Text(variable, "value")}"),
            _ when source["configMapKeyRef"] is { } map => $"{own}=\"$(kubectl get configmap {Text(map, "name")} -o jsonpath='{{.data.{Escaped(Text(map, "key"))}}}')\"",
            _ when source["secretKeyRef"] is { } secret => $"{own}=\"$(kubectl get secret {Text(secret, "name")} -o jsonpath='{{.data.{Escaped(Text(secret, "key"))}}}' | base64 -d)\"",
            _ => $"{own}=\"$(kubectl get pod {name} -o jsonpath='{{.{Text(source["fieldRef"], "fieldPath")}}}')\"",
        };
    }

    private IEnumerable<string> Security(JsonNode container)
    {
        var (own, shared) = (container["securityContext"], spec["securityContext"]);
        if ((own?["runAsUser"] ?? shared?["runAsUser"]) is { } user)
        {
            yield return $"-u {user}{((own?["runAsGroup"] ?? shared?["runAsGroup"]) is { } group ? $":{group}" : "")}";
        }

        foreach (var group in Items(shared?["supplementalGroups"]).Concat(shared?["fsGroup"] is { } fsGroup ? [fsGroup] : Array.Empty<JsonNode>()))
        {
            yield return $"--group-add {group}";
        }

        if (Flag(own, "privileged"))
        {
            yield return "--privileged";
        }

        if (Flag(own, "readOnlyRootFilesystem"))
        {
            yield return "--read-only";
        }

        if (own?["allowPrivilegeEscalation"] is JsonValue escalation && escalation.GetValueKind() == JsonValueKind.False)
        {
            yield return "--security-opt no-new-privileges";
        }

        foreach (var (field, flag) in ((string, string)[])[("add", "--cap-add"), ("drop", "--cap-drop")])
        {
            foreach (var capability in Items(own?["capabilities"]?[field]))
            {
                yield return $"{flag} {Quoted(capability.ToString())}";
            }
        }
    }

    private static IEnumerable<string> Limits(JsonNode container)
    {
        var limits = container["resources"]?["limits"];
        if (Text(limits, "memory") is { Length: > 0 } memory)
        {
            yield return $"--memory {((long)Quantity(memory)).ToString(CultureInfo.InvariantCulture)}";
        }

        if (Text(limits, "cpu") is { Length: > 0 } cpu)
        {
            yield return $"--cpus {Quantity(cpu).ToString("0.###", CultureInfo.InvariantCulture)}";
        }
    }

    private string Mount(JsonNode mount)
    {
        var volume = Items(spec["volumes"]).FirstOrDefault(known => Text(known, "name") == Text(mount, "name"));
        var below = Text(mount, "subPath") is { Length: > 0 } sub ? $"/{sub}" : "";
        var target = Text(mount, "mountPath");
        var mode = Flag(mount, "readOnly") ? ":ro" : "";
        return volume switch
        {
            _ when volume?["hostPath"] is { } path => $"-v {Quoted(Text(path, "path") + below)}:{Quoted(target)}{mode}",
            _ when volume?["emptyDir"] is JsonObject { } empty && Text(empty, "medium") == "Memory" => $"--tmpfs {Quoted(target)}",
            _ when volume?["emptyDir"] is not null => $"-v {Quoted($"{name}_{Text(mount, "name")}")}:{Quoted(target)}{mode}",
            _ => $"-v \"$PWD\"/{Quoted($"{name}_{Text(mount, "name")}{below}")}:{Quoted(target)}:ro",
        };
    }

    /// <summary>Docker has no ConfigMaps: their content becomes files.</summary>
    private void WriteFiles(JsonNode volume)
    {
        var source = SourceOf(volume);
        if (source.Length == 0)
        {
            return;
        }

        var folder = $"{name}_{Text(volume, "name")}";
        lines.Add($"mkdir -p {Quoted(folder)}");
        var data = sources.GetValueOrDefault(source);
        var items = Items(volume["configMap"]?["items"] ?? volume["secret"]?["items"]).ToDictionary(item => Text(item, "key"), item => Text(item, "path"));
        foreach (var (key, value) in data?["data"] as JsonObject ?? [])
        {
            if (items.Count == 0 || items.ContainsKey(key))
            {
                var encoded = volume["secret"] is not null ? value!.ToString() : Convert.ToBase64String(Encoding.UTF8.GetBytes(value!.ToString()));
                var file = Quoted($"{folder}/{(items.Count == 0 ? key : items[key])}");
                lines.Add(volume["secret"] is null && !value!.ToString().Contains("\nEOF\n", StringComparison.Ordinal)
                    ? $"cat > {file} <<'EOF'\n{value.ToString().TrimEnd('\n')}\nEOF"
                    : $"echo {encoded} | base64 -d > {file}");
            }
        }
    }

    private void Remark(string text) => lines.Add($"# {text}");

    private void Command(IReadOnlyList<string> words) => lines.Add(string.Join(" \\\n    ", words));

    private static decimal Quantity(string text) => new k8s.Models.ResourceQuantity(text).ToDecimal();

    private static string Escaped(string key) => key.Replace(".", "\\.", StringComparison.Ordinal);

    private static IEnumerable<JsonNode> Items(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonNode>();

    private static bool Flag(JsonNode? json, string field) => json?[field] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    private static string Text(JsonNode? json, string field) => json?[field] is JsonValue value ? value.ToString() : "";
}
