using System.Text;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class JsonBodyTests
{
    private const string Misplaced = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i",
         "ports":[{"containerPort":80,"volumeMounts":[{"name":"v","mountPath":"/m"}]}],"volumes":[{"name":"v"}]}]}}
        """;

    [Fact]
    public void A_field_in_the_wrong_place_is_refused_with_its_right_place()
    {
        var fault = Assert.Throws<ApiException>(() => Docs.Decode(Misplaced));
        Assert.Equal(400, fault.Code);
        Assert.StartsWith(
            "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: "
            + "unknown field \"spec.containers[0].ports[0].volumeMounts\", unknown field \"spec.containers[0].volumes\"\n",
            fault.Message);
        Assert.Contains("spec.containers[0].ports[0].volumeMounts: unknown field; did you mean spec.containers[0].volumeMounts?", fault.Message);
        Assert.Contains("spec.containers[0].volumes: unknown field; did you mean spec.volumes?", fault.Message);
    }

    [Fact]
    public void Warn_drops_unknown_fields_and_says_so()
    {
        var body = Docs.Decode(Misplaced, FieldValidation.Warn);
        Assert.Equal(
            "unknown field \"spec.containers[0].ports[0].volumeMounts\"; did you mean spec.containers[0].volumeMounts?", body.Warnings[0]);
        Docs.Same("{'containerPort':80}", body.Object["spec"]!["containers"]![0]!["ports"]![0]);
    }

    [Fact]
    public void Ignore_drops_unknown_fields_in_silence() =>
        Assert.Empty(Docs.Decode(Misplaced, FieldValidation.Ignore).Warnings);

    [Theory]
    [InlineData("{'spec':{'containers':[{'name':'c','imagePullPolcy':'Always'}]}}", "spec.containers[0].imagePullPolicy")]
    [InlineData("{'spec':{'containers':[{'name':'c','Image':'x'}]}}", "spec.containers[0].image")]
    [InlineData("{'spec':{'image':'x'}}", "spec.containers[*].image")]
    [InlineData("{'containers':[{'name':'c'}]}", "spec.containers")]
    [InlineData("{'spec':{'labels':{'a':'b'}}}", "metadata.labels")]
    [InlineData("{'metadata':{'name':'a','spec':{}}}", "spec")]
    [InlineData("{'spec':{'containers':[{'name':'c','hostNetwork':true}]}}", "spec.hostNetwork")]
    [InlineData("{'spec':{'volumes':[{'name':'v','configmap':{'name':'c'}}]}}", "spec.volumes[0].configMap")]
    public void Suggests_where_a_field_belongs(string json, string place)
    {
        var fault = Assert.Throws<ApiException>(() => Docs.Decode(json.Replace('\'', '"')));
        Assert.EndsWith($"did you mean {place}?", fault.Message);
    }

    [Fact]
    public void Nothing_is_suggested_for_what_is_like_no_field()
    {
        var fault = Assert.Throws<ApiException>(() => Docs.Decode("""{"spec":{"foo":1}}"""));
        Assert.EndsWith("strict decoding error: unknown field \"spec.foo\"", fault.Message);
    }

    [Fact]
    public void A_field_given_twice_is_refused_when_strict_and_else_the_last_counts()
    {
        const string Twice = """{"metadata":{"name":"a","name":"b"}}""";
        Assert.Contains("duplicate field \"metadata.name\"", Assert.Throws<ApiException>(() => Docs.Decode(Twice)).Message);
        var body = Docs.Decode(Twice, FieldValidation.Warn);
        Assert.Equal("b", (string?)body.Object["metadata"]!["name"]);
        Assert.Equal(["duplicate field \"metadata.name\""], body.Warnings);
    }

    [Theory]
    [InlineData("{'spec':{'containers':[{'name':'c','ports':[{'containerPort':'80'}]}]}}",
        "json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
        "spec.containers[0].ports[0].containerPort must be an integer")]
    [InlineData("{'metadata':{'labels':{'a':1}}}",
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels.a of type string", "metadata.labels.a must be a text")]
    [InlineData("{'spec':{'containers':{}}}",
        "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []Container", "must be a list")]
    [InlineData("{'spec':{'containers':[{'ports':[{'containerPort':4294967296}]}]}}",
        "json: cannot unmarshal number 4294967296 into", "of 32 bits")]
    [InlineData("{'spec':{'containers':[{'resources':{'limits':{'cpu':'lots'}}}]}}",
        "quantities must match the regular expression", "spec.containers[0].resources.limits.cpu must be")]
    [InlineData("{'metadata':{'creationTimestamp':'yesterday'}}", "parsing time \"yesterday\"", "metadata.creationTimestamp")]
    public void A_value_of_the_wrong_type_is_refused_with_its_place(string json, string words, string place)
    {
        var fault = Assert.Throws<ApiException>(() => Docs.Decode(json.Replace('\'', '"'), FieldValidation.Ignore));
        Assert.Equal(400, fault.Code);
        Assert.StartsWith("Pod in version \"v1\" cannot be handled as a Pod: ", fault.Message);
        Assert.Contains(words, fault.Message);
        Assert.Contains(place, fault.Message);
    }

    [Fact]
    public void Values_are_kept_in_canonical_form()
    {
        var body = Docs.Decode("""
            {"metadata":{"creationTimestamp":null,"deletionTimestamp":"2024-01-01T02:00:00+02:00","labels":{}},
             "spec":{"hostNetwork":false,"enableServiceLinks":false,"nodeName":"","containers":[
               {"name":"","resources":{"limits":{"cpu":0.5,"memory":"1024Mi"}}}],"volumes":[{"name":"v","emptyDir":{}}]},"status":{}}
            """);
        Docs.Same("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"deletionTimestamp":"2024-01-01T00:00:00Z"},
             "spec":{"enableServiceLinks":false,"containers":[{"name":"","resources":{"limits":{"cpu":"500m","memory":"1Gi"}}}],
                     "volumes":[{"name":"v","emptyDir":{}}]},"status":{}}
            """, body.Object);
    }

    [Fact]
    public void Another_kind_or_version_than_the_path_is_refused()
    {
        Assert.Contains("ConfigMap in version \"v1\" cannot be handled as a Pod",
            Assert.Throws<ApiException>(() => Docs.Decode("""{"apiVersion":"v1","kind":"ConfigMap"}""")).Message);
        Assert.Equal("the API version in the data (v2) does not match the expected API version (v1)",
            Assert.Throws<ApiException>(() => Docs.Decode("""{"apiVersion":"v2","kind":"Pod"}""")).Message);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"metadata\":{\"name\":\"\\ud800\"}}")]
    public void What_is_no_JSON_object_is_a_bad_request(string body) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => Docs.Decode(body)).Code);

    [Fact]
    public void Depth_is_bounded()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 5000)) + "1" + new string('}', 5000);
        Assert.Equal(400, Assert.Throws<ApiException>(() => Docs.Decode(deep)).Code);
    }

    [Fact]
    public void Size_is_bounded()
    {
        var fault = Assert.Throws<ApiException>(() =>
            RequestBody.Decode("application/json", new byte[RequestBody.MaxBytes + 1], Docs.Kind("Pod"), FieldValidation.Strict));
        Assert.Equal(413, fault.Code);
    }

    [Fact]
    public void Another_media_type_is_named_in_the_refusal()
    {
        var fault = Assert.Throws<ApiException>(() =>
            RequestBody.Decode("text/plain", Encoding.UTF8.GetBytes("{}"), Docs.Kind("Pod"), FieldValidation.Strict));
        Assert.Equal(415, fault.Code);
        Assert.Contains("application/vnd.kubernetes.protobuf", fault.Message);
    }
}
