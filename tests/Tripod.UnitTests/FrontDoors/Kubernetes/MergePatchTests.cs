using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Patching;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class MergePatchTests
{
    [Theory]
    [InlineData("{'a':'b'}", "{'a':'c'}", "{'a':'c'}")]
    [InlineData("{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}")]
    [InlineData("{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}")]
    [InlineData("{'a':['b']}", "{'a':'c'}", "{'a':'c'}")]
    [InlineData("{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}")]
    [InlineData("{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}")]
    [InlineData("{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}")]
    [InlineData("{'e':null}", "{'a':1}", "{'e':null,'a':1}")]
    public void Merges_as_RFC_7386_has_it(string target, string patch, string result)
    {
        var before = Docs.Json(target);
        Docs.Same(result, MergePatch.Apply(before, Docs.Json(patch), Docs.Kind("Pod")));
        Docs.Same(target, before);
    }

    [Fact]
    public void A_list_is_no_patch() =>
        Assert.Throws<ApiException>(() => MergePatch.Apply([], new JsonArray(), Docs.Kind("Pod")));
}
