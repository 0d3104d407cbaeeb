using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class ProtobufBodyTests
{
    private static readonly Dictionary<string, byte[]> Bodies = File.ReadLines(Fixture("protobuf-bodies.txt"))
        .Where(l => !l.StartsWith('#'))
        .Select(l => l.Split(' '))
        .ToDictionary(p => p[0], p => Convert.FromBase64String(p[1]));

    [Fact]
    public void A_ConfigMap_of_kubectl_is_read() =>
        Docs.Same("""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"nginx-config"},
             "data":{"empty":"","nginx.conf":"events {}\n"},"binaryData":{"bin.dat":"/wBiaW4="}}
            """, Decode("ConfigMap"));

    [Fact]
    public void A_Secret_of_kubectl_is_read() =>
        Docs.Same("""
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},
             "data":{"bin.dat":"/wBiaW4=","user":"YWRtaW4="}}
            """, Decode("Secret"));

    [Fact]
    public void A_Namespace_of_kubectl_is_read() =>
        Docs.Same("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"demo"},"spec":{},"status":{}}""", Decode("Namespace"));

    [Fact]
    public void A_ServiceAccount_of_kubectl_is_read() =>
        Docs.Same("""{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"builder"}}""", Decode("ServiceAccount"));

    [Fact]
    public void A_TokenRequest_of_kubectl_is_read() =>
        Assert.Equal(3600, (long?)Decode("TokenRequest", "authentication.k8s.io/v1")["spec"]!["expirationSeconds"]);

    [Fact]
    public void A_Service_keeps_its_integer_or_text()
    {
        var ports = Decode("Service")["spec"]!["ports"]!.AsArray();
        Docs.Same("{'name':'80-8080','protocol':'TCP','port':80,'targetPort':8080}", ports[0]);
    }

    [Theory]
    [InlineData("ConfigMap", "v1")]
    [InlineData("Secret", "v1")]
    [InlineData("Namespace", "v1")]
    [InlineData("ServiceAccount", "v1")]
    [InlineData("Service", "v1")]
    [InlineData("Job", "batch/v1")]
    [InlineData("TokenRequest", "authentication.k8s.io/v1")]
    public void What_kubectl_sends_is_written_as_it_was_read(string kind, string apiVersion)
    {
        var read = Decode(kind, apiVersion);
        var schema = Tripod.FrontDoors.Kubernetes.Schema.SchemaRegistry.Find(apiVersion, kind)!;
        var written = ProtobufWriter.Write(JsonBytes.Of(read), schema);
        Docs.Same(read.ToJsonString(), ProtobufBody.Parse(written, schema));
    }

    [Fact]
    public void Values_that_are_messages_on_the_wire_are_written_whole()
    {
        var schema = Docs.Kind("Pod");
        const string Pod = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","creationTimestamp":"2024-02-29T23:59:59Z","labels":{"b":"2","a":"1"},
              "managedFields":[{"manager":"m","fieldsV1":{"f:spec":{}}}]},
             "spec":{"containers":[
               {"name":"c","resources":{"limits":{"cpu":"100m","memory":"1Gi"}},"livenessProbe":{"httpGet":{"port":"http"}},"readinessProbe":{"tcpSocket":{"port":8080}}},
               {"name":"d","stdin":true,"securityContext":{"runAsUser":-1,"privileged":false}}],
              "volumes":[{"name":"v","emptyDir":{}},{"name":"w","configMap":{"name":"x","defaultMode":420}}]}}
            """;
        Docs.Same(Pod, ProtobufBody.Parse(ProtobufWriter.Write(Encoding.UTF8.GetBytes(Pod), schema), schema));
    }

    [Fact]
    public void A_frame_of_a_watch_begins_with_its_length()
    {
        var envelope = ProtobufWriter.Write("""{"metadata":{"name":"x"}}"""u8.ToArray(), Docs.Kind("ConfigMap"));
        var frame = ProtobufWriter.WriteEvent("ADDED", envelope);
        Assert.Equal(frame.Length - 4, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(frame));
        Assert.Equal([0x0A, 5, .. "ADDED"u8, 0x12], frame[4..12]);
        Assert.Equal(envelope, frame[^envelope.Length..]);
    }

    [Fact]
    public void A_pod_with_most_of_its_fields_is_read_as_its_JSON_is()
    {
        var template = Decode("Job", "batch/v1")["spec"]!["template"]!;
        var expected = RequestBody.Decode(
            "application/json",
            Encoding.UTF8.GetBytes($$"""{"apiVersion":"v1","kind":"PodTemplate","template":{{File.ReadAllText(Fixture("pod-template.json"))}}}"""),
            Docs.Kind("PodTemplate"), FieldValidation.Strict).Object["template"]!;
        // What Go's types always write, and a zero amount that the client's form leaves out.
        foreach (var container in template["spec"]!["containers"]!.AsArray().Concat(template["spec"]!["initContainers"]!.AsArray()))
        {
            container!.AsObject().TryAdd("resources", new JsonObject());
        }
        Assert.True(JsonNode.DeepEquals(expected, template), $"{expected.ToJsonString()}\n{template.ToJsonString()}");
    }

    [Fact]
    public void Numbers_that_the_schema_does_not_know_are_passed_over()
    {
        // 1 metadata { 1 name "a" }, 900 varint, 901 bytes
        byte[] message = [0x0A, 0x03, 0x0A, 0x01, (byte)'a', 0xA0, 0x38, 0x05, 0xAA, 0x38, 0x01, 0x00];
        Docs.Same("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'a'}}", Decode(Envelope("v1", "Pod", message), "Pod"));
    }

    [Fact]
    public void A_message_of_another_kind_is_refused()
    {
        var fault = Assert.Throws<ApiException>(() => Decode(Envelope("v1", "Secret", [0xFF]), "Pod"));
        Assert.Contains("Secret in version \"v1\" cannot be handled as a Pod", fault.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("k8s")]
    [InlineData("{}")]
    public void What_lacks_the_magic_is_refused(string body) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => Decode(Encoding.ASCII.GetBytes(body), "Pod")).Code);

    [Fact]
    public void Broken_bytes_are_refused_and_never_more()
    {
        var genuine = Bodies["Job"];
        Gen.Select(Gen.Int[4, genuine.Length - 1], Gen.Byte, Gen.Int[4, genuine.Length]).Sample((at, value, length) =>
        {
            var body = genuine.AsSpan(0, length).ToArray();
            if (at < length)
            {
                body[at] = value;
            }
            try
            {
                Decode(body, "Job", "batch/v1");
            }
            catch (ApiException fault)
            {
                Assert.Equal(400, fault.Code);
            }
        }, iter: 3000);
    }

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "FrontDoors", "Kubernetes", name);

    private static JsonObject Decode(string kind, string? apiVersion = null) => Decode(Bodies[kind], kind, apiVersion ?? "v1");

    private static JsonObject Decode(byte[] body, string kind, string apiVersion = "v1") =>
        RequestBody.Decode("application/vnd.kubernetes.protobuf", body, Docs.Kind(kind, apiVersion), FieldValidation.Strict).Object;

    private static byte[] Envelope(string apiVersion, string kind, byte[] message)
    {
        byte[] type = [0x0A, (byte)apiVersion.Length, .. Encoding.ASCII.GetBytes(apiVersion), 0x12, (byte)kind.Length, .. Encoding.ASCII.GetBytes(kind)];
        return [(byte)'k', (byte)'8', (byte)'s', 0, 0x0A, (byte)type.Length, .. type, 0x12, (byte)message.Length, .. message];
    }
}
