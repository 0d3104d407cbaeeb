using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Patching;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("{'a':1}", "[{'op':'add','path':'/b','value':2}]", "{'a':1,'b':2}")]
    [InlineData("{'a':1}", "[{'op':'add','path':'/a','value':null}]", "{'a':null}")]
    [InlineData("{'l':[1,3]}", "[{'op':'add','path':'/l/1','value':2}]", "{'l':[1,2,3]}")]
    [InlineData("{'l':[1]}", "[{'op':'add','path':'/l/-','value':2}]", "{'l':[1,2]}")]
    [InlineData("{'a':1,'b':2}", "[{'op':'remove','path':'/a'}]", "{'b':2}")]
    [InlineData("{'l':[1,2]}", "[{'op':'remove','path':'/l/0'}]", "{'l':[2]}")]
    [InlineData("{'a/b':1,'m~n':2}", "[{'op':'replace','path':'/a~1b','value':3},{'op':'replace','path':'/m~0n','value':4}]", "{'a/b':3,'m~n':4}")]
    [InlineData("{'a':{'b':1},'c':{}}", "[{'op':'move','from':'/a/b','path':'/c/d'}]", "{'a':{},'c':{'d':1}}")]
    [InlineData("{'a':{'b':1}}", "[{'op':'copy','from':'/a','path':'/c'}]", "{'a':{'b':1},'c':{'b':1}}")]
    [InlineData("{'a':{'b':[1,'x']}}", "[{'op':'test','path':'/a/b','value':[1,'x']},{'op':'add','path':'/ok','value':true}]", "{'a':{'b':[1,'x']},'ok':true}")]
    [InlineData("{'a':1}", "[{'op':'replace','path':'','value':{'b':2}}]", "{'b':2}")]
    public void Operations_do_as_RFC_6902_has_them(string target, string patch, string result)
    {
        var before = Docs.Json(target);
        Docs.Same(result, JsonPatch.Apply(before, Patch(patch), Docs.Kind("Pod")));
        Docs.Same(target, before);
    }

    [Theory]
    [InlineData("[{'op':'test','path':'/a','value':2}]", 422, "testing value /a failed")]
    [InlineData("[{'op':'remove','path':'/x'}]", 422, "Unable to remove nonexistent key: x")]
    [InlineData("[{'op':'replace','path':'/x','value':1}]", 422, "doc is missing key: /x")]
    [InlineData("[{'op':'add','path':'/x/y','value':1}]", 422, "doc is missing path: \"/x/y\"")]
    [InlineData("[{'op':'add','path':'/l/5','value':1}]", 422, "doc is missing path")]
    [InlineData("[{'op':'add','path':'/l/01','value':1}]", 422, "doc is missing path")]
    [InlineData("[{'op':'move','from':'/m','path':'/m/x'}]", 422, "into itself")]
    [InlineData("[{'op':'replace','path':'','value':1}]", 422, "no object")]
    [InlineData("[{'op':'frobnicate','path':'/a'}]", 400, "unexpected kind of operation")]
    [InlineData("[{'op':'add','path':'/a'}]", 400, "has no value")]
    [InlineData("[{'op':'add','value':1}]", 400, "has no path")]
    [InlineData("[{'op':'add','path':'a','value':1}]", 400, "must begin with /")]
    [InlineData("[1]", 400, "must be an object")]
    [InlineData("{}", 400, "must be a list")]
    public void What_does_not_fit_is_refused(string patch, int code, string words)
    {
        var fault = Assert.Throws<ApiException>(() => JsonPatch.Apply(Docs.Json("{'a':1,'l':[],'m':{}}"), Patch(patch), Docs.Kind("Pod")));
        Assert.Equal(code, fault.Code);
        Assert.Contains(words, fault.Message);
    }

    [Fact]
    public void Copies_of_copies_are_bounded()
    {
        var operations = string.Join(",", Enumerable.Range(0, 40).Select(i => $"{{'op':'copy','from':'','path':'/x{i}'}}"));
        var fault = Assert.Throws<ApiException>(() => JsonPatch.Apply(Docs.Json("{'a':'some text'}"), Patch($"[{operations}]"), Docs.Kind("Pod")));
        Assert.Equal(413, fault.Code);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        var operations = Enumerable.Range(0, 100).Select(i => $"{{'op':'add','path':'{string.Concat(Enumerable.Repeat("/a", i + 1))}','value':{{}}}}");
        var fault = Assert.Throws<ApiException>(() => JsonPatch.Apply([], Patch($"[{string.Join(",", operations)}]"), Docs.Kind("Pod")));
        Assert.Contains("nested too deep", fault.Message);
    }

    private static JsonNode Patch(string text) => JsonNode.Parse(text.Replace('\'', '"'))!;
}
