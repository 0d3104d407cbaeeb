namespace Tripod.IntegrationTests.Pods;

/// <summary>Pods that many tests start from.</summary>
internal static class Manifests
{
    /// <summary>Two containers: a web server on a host port, and a neighbour that only lives.</summary>
    public static string Pair(string name, int hostPort, string extra = "") => $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
        spec:
          terminationGracePeriodSeconds: 2
          os: { name: linux }
          {{extra}}
          containers:
          - name: web
            image: busybox
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c", "mkdir -p /www; echo hello from $HOSTNAME > /www/index.html; exec httpd -f -p 80 -h /www"]
            lifecycle: { stopSignal: SIGKILL }
            ports:
            - containerPort: 80
              hostPort: {{hostPort}}
          - name: neighbour
            image: busybox
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c", "trap 'exit 0' TERM; echo up; while true; do sleep 1; done"]
        """;

    /// <summary>One container that runs a shell script.</summary>
    public static string Script(string name, string script, string restartPolicy = "Always", string container = "", string pod = "") => $$"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {{name}}
        spec:
          restartPolicy: {{restartPolicy}}
          terminationGracePeriodSeconds: 1
          {{pod}}
          containers:
          - name: main
            image: busybox
            imagePullPolicy: IfNotPresent
            command: ["sh", "-c", {{System.Text.Json.JsonSerializer.Serialize(script, JsonText.Default.String)}}]
            {{container}}
        """;

    /// <summary>A pod of containers given as pairs of a name and what else they are, each with busybox as its image.</summary>
    /// <param name="spec">Lines of the pod's spec, without indentation.</param>
    public static string Of(string name, string spec, params (string Name, string Fields)[] containers) => $"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: {name}
        spec:
          {Indent(spec, 2)}
          containers:
          {string.Join("\n  ", containers.Select(container => Container(container.Name, container.Fields)))}
        """;

    /// <summary>An item of a list of containers; the fields are lines without indentation.</summary>
    public static string Container(string name, string fields) => $"- name: {name}\n    image: busybox\n    imagePullPolicy: IfNotPresent\n    {Indent(fields, 4)}";

    /// <summary>A command as a YAML list.</summary>
    public static string Sh(string script) => $"command: [\"sh\", \"-c\", {System.Text.Json.JsonSerializer.Serialize(script, JsonText.Default.String)}]";

    private static string Indent(string lines, int by) => lines.Trim().Replace("\n", "\n" + new string(' ', by), StringComparison.Ordinal);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class JsonText : System.Text.Json.Serialization.JsonSerializerContext;
