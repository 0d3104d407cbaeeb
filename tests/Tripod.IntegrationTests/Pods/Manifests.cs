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
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class JsonText : System.Text.Json.Serialization.JsonSerializerContext;
