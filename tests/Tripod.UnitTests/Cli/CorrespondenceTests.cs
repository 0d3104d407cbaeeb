using System.Text.Json.Nodes;
using Tripod.Correspondence;
using Xunit;

namespace Tripod.UnitTests.Cli;

/// <summary>The article's table of correspondences, both ways.</summary>
public sealed class CorrespondenceTests
{
    [Fact]
    public void Pod_amounts_to_pause_and_containers_in_its_namespaces()
    {
        var pod = JsonNode.Parse("""
            {"metadata":{"name":"ghost"},"spec":{"shareProcessNamespace":true,"restartPolicy":"Never","volumes":[{"name":"conf","configMap":{"name":"nginx-config"}},{"name":"data","emptyDir":{}}],
             "containers":[{"name":"nginx","image":"nginx","command":["nginx","-g"],"args":["daemon off;"],"ports":[{"containerPort":80,"hostPort":8888}],"volumeMounts":[{"name":"conf","mountPath":"/etc/nginx"}],
              "env":[{"name":"A","value":"it's"}],"resources":{"limits":{"memory":"64Mi","cpu":"500m"}},"securityContext":{"runAsUser":7,"capabilities":{"drop":["ALL"]}}}]}}
            """)!;
        var commands = DockerCommands.Of(pod, new Dictionary<string, JsonNode> { ["configmaps/nginx-config"] = JsonNode.Parse("""{"data":{"nginx.conf":"events {}\n"}}""")! });
        Assert.Equal(
            [
                "mkdir -p ghost_conf",
                "cat > ghost_conf/nginx.conf <<'EOF'\nevents {}\nEOF",
                "docker run -d --ipc=shareable \\\n    --name ghost_pause \\\n    --hostname ghost \\\n    -p 8888:80 \\\n    registry.k8s.io/pause:tripod",
                "docker run -d --name ghost_nginx \\\n    --net=container:ghost_pause \\\n    --ipc=container:ghost_pause \\\n    --pid=container:ghost_pause \\\n    -e 'A=it'\\''s' \\\n    -u 7 \\\n    --cap-drop ALL \\\n    --memory 67108864 \\\n    --cpus 0.5 \\\n    -v \"$PWD\"/ghost_conf:/etc/nginx:ro \\\n    --entrypoint nginx \\\n    nginx -g 'daemon off;'",
            ],
            commands);
    }

    [Theory]
    [InlineData("fake_k8s_pod", "fake-k8s-pod")]
    [InlineData("_A.b_", "a-b")]
    public void Names_become_kubernetes(string name, string expected) => Assert.Equal(expected, AdoptedPod.ToName(name));

    [Fact]
    public void Group_amounts_to_a_pod()
    {
        var owner = JsonNode.Parse("""{"Id":"0123456789abcdef","Name":"/fake_pause","Config":{"Hostname":"0123456789ab","Image":"pause"},"HostConfig":{"NetworkMode":"bridge","PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8888"}]}}}""")!;
        var joiner = JsonNode.Parse("""
            {"Id":"ff","Name":"/web","Config":{"Image":"nginx","ExposedPorts":{"80/tcp":{}}},"Asked":{"Cmd":["x"],"Env":["A=b"],"User":"7:8"},"Mounts":[{"Type":"bind","Source":"/etc/passwd","Destination":"/p","RW":false}],
             "HostConfig":{"PidMode":"container:0123456789abcdef","IpcMode":"container:0123456789abcdef","Memory":67108864,"RestartPolicy":{"Name":"always"}}}
            """)!;
        var (manifest, remarks) = AdoptedPod.Of(owner, [joiner], isPause: true, name: null);
        Assert.Empty(remarks);
        Assert.Equal(
            """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"fake"},"spec":{"shareProcessNamespace":true,"restartPolicy":"Always","containers":[{"name":"web","image":"nginx","imagePullPolicy":"IfNotPresent","args":["x"],"env":[{"name":"A","value":"b"}],"ports":[{"containerPort":80,"hostPort":8888}],"resources":{"limits":{"memory":"64Mi"}},"securityContext":{"runAsUser":7,"runAsGroup":8},"volumeMounts":[{"name":"passwd","mountPath":"/p","readOnly":true}]}],"volumes":[{"name":"passwd","hostPath":{"path":"/etc/passwd","type":"File"}}]}}""",
            manifest.ToJsonString());
    }
}
