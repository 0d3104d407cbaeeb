using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Validation;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class ObjectValidationTests
{
    [Theory]
    [InlineData("ConfigMap", "{'metadata':{'name':'c'},'data':{'nginx.conf':'x'}}", null)]
    [InlineData("ConfigMap", "{'metadata':{'name':'c'},'data':{'a/b':'x'}}", "data[a/b]: Invalid value: \"a/b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    [InlineData("ConfigMap", "{'metadata':{'name':'c'},'data':{'..a':'x'}}", "data[..a]: Invalid value: \"..a\": must not start with '..'")]
    [InlineData("ConfigMap", "{'metadata':{'name':'c'},'data':{'a':'x'},'binaryData':{'a':'AA=='}}", "data[a]: Invalid value: \"a\": duplicate of key present in binaryData")]
    [InlineData("Secret", "{'metadata':{'name':'s'},'type':'kubernetes.io/tls','data':{'tls.crt':''}}", "data[tls.key]: Required value")]
    [InlineData("Secret", "{'metadata':{'name':'s'},'type':'kubernetes.io/dockerconfigjson','data':{'.dockerconfigjson':'AA=='}}", "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": must be valid JSON")]
    [InlineData("Namespace", "{'metadata':{'name':'a.b'}}", "metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [InlineData("ServiceAccount", "{'metadata':{'generateName':'x-'}}", null)]
    public void Is_validated_by_its_kind(string kind, string json, string? fault) =>
        Assert.Equal(
            fault is null ? [] : [fault],
            ObjectValidation.Validate(Docs.Json(json), Docs.Kind(kind)).Select(e => e.ToString()));

    [Theory]
    [InlineData("example.com:ca:first", "example.com/ca", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "spec.trustBundle: Invalid value: \"<value omitted>\": entry 0 does not parse as X.509")]
    [InlineData("first", "", "none", "spec.trustBundle: Invalid value: \"<value omitted>\": at least one trust anchor must be provided")]
    [InlineData("first", "", "-----BEGIN KEY-----\nAAAA\n-----END KEY-----", "spec.trustBundle: Invalid value: \"<value omitted>\": entry 0 has bad block type: KEY")]
    [InlineData("first", "example.com/ca", "", "metadata.name: Invalid value: \"first\": ClusterTrustBundle for signerName example.com/ca must be named with prefix example.com:ca:")]
    [InlineData("example.com:first", "", "", "metadata.name: Invalid value: \"example.com:first\": ClusterTrustBundle without signer name must not have \":\" in its name")]
    public void Trust_bundle_bears_its_signers_name_and_holds_certificates_of_authorities(string name, string signer, string bundle, string fault)
    {
        var value = Docs.Json("{'metadata':{},'spec':{}}");
        (value["metadata"]!["name"], value["spec"]!["signerName"], value["spec"]!["trustBundle"]) = (name, signer, bundle);
        Assert.Equal(fault, ObjectValidation.Validate(value, Docs.Kind("ClusterTrustBundle", "certificates.k8s.io/v1beta1"))[0].ToString());
    }

    [Fact]
    public void A_ConfigMap_larger_than_a_mebibyte_is_refused()
    {
        var value = Docs.Json("{'metadata':{'name':'c'},'data':{}}");
        value["data"]!["a"] = new string('x', 1024 * 1024 + 1);
        Assert.Equal(
            ["[]: Too long: may not be more than 1048576 bytes"],
            ObjectValidation.Validate(value, Docs.Kind("ConfigMap")).Select(e => e.ToString()));
    }

    [Fact]
    public void What_is_immutable_stays()
    {
        var old = Docs.Json("{'metadata':{'name':'c'},'immutable':true,'data':{'a':'1'}}");
        var changed = Docs.Json("{'metadata':{'name':'c'},'immutable':true,'data':{'a':'2'}}");
        Assert.Equal(
            ["data: Forbidden: field is immutable when `immutable` is set"],
            ObjectValidation.ValidateUpdate(old, changed, Docs.Kind("ConfigMap")).Select(e => e.ToString()));
        Assert.Empty(ObjectValidation.ValidateUpdate(old, old, Docs.Kind("ConfigMap")));
    }

    [Fact]
    public void Several_faults_stand_in_brackets_and_as_causes()
    {
        var status = ApiException.Invalid("ConfigMap", "c",
            [FieldError.Required("a"), FieldError.Forbidden("b", "why")]).ToStatus();
        Assert.Equal("ConfigMap \"c\" is invalid: [a: Required value, b: Forbidden: why]", status.Text("message"));
        Docs.Same("""
            {'name':'c','kind':'ConfigMap','causes':[{'reason':'FieldValueRequired','message':'Required value','field':'a'},
              {'reason':'FieldValueForbidden','message':'Forbidden: why','field':'b'}]}
            """, status["details"]);
    }

    [Fact]
    public void Refusals_read_as_in_Kubernetes()
    {
        Assert.Equal("pods \"x\" not found", ApiException.NotFound("pods", "x").Message);
        Assert.Equal("deployments.apps \"x\" already exists", ApiException.AlreadyExists("deployments.apps", "x").Message);
        Docs.Same("{'name':'x','group':'apps','kind':'deployments'}", ApiException.NotFound("deployments.apps", "x").Details);
        Assert.Equal(
            "Operation cannot be fulfilled on pods \"x\": the object has been modified; please apply your changes to the latest version and try again",
            ApiException.Conflict("pods", "x").Message);
    }
}
