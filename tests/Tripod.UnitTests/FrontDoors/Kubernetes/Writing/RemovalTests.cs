using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.FrontDoors.Kubernetes.Writing;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Writing;

public sealed class RemovalTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("Running", "n1", null, 30L)]
    [InlineData("Running", "n1", 5L, 5L)]
    [InlineData("Running", "n1", 0L, null)]
    [InlineData("Running", "n1", -3L, 1L)]
    [InlineData("Pending", "", 30L, null)]
    [InlineData("Succeeded", "n1", 30L, null)]
    [InlineData("Failed", "n1", null, null)]
    public void Pod_gets_the_grace_it_can_use(string phase, string node, long? asked, long? expected)
    {
        var marked = Removal.Mark(Pod(phase, node), PodKind.Row, asked, Now);
        Assert.Equal(expected, marked.Map("metadata").Number("deletionGracePeriodSeconds"));
        Assert.Equal(expected is null, marked is null);
        Assert.Equal(expected is { } grace ? Timestamps.Of(Now.AddSeconds(grace)) : null, marked.Map("metadata").Text("deletionTimestamp"));
    }

    [Theory]
    [InlineData(10L, 10L, "2026-01-02T03:04:15Z")]
    [InlineData(60L, 30L, "2026-01-02T03:04:35Z")]
    [InlineData(null, 30L, "2026-01-02T03:04:35Z")]
    public void Second_delete_can_shorten_the_grace_and_never_lengthen_it(long? asked, long grace, string end)
    {
        var first = Removal.Mark(Pod("Running", "n1"), PodKind.Row, null, Now)!;
        var metadata = Removal.Mark(first, PodKind.Row, asked, Now.AddSeconds(3)).Map("metadata");
        Assert.Equal((grace, end), (metadata.Number("deletionGracePeriodSeconds"), metadata.Text("deletionTimestamp")));
    }

    [Fact]
    public void Finalizer_holds_any_object_and_the_last_one_lets_it_go()
    {
        var map = Docs.Json("{'metadata':{'name':'a','finalizers':['example.com/x']}}");
        var marked = Removal.Mark(map, ConfigMapKind.Row, null, Now)!;
        Assert.False(Removal.IsDue(marked));
        marked["metadata"]!["finalizers"] = new JsonArray();
        Assert.True(Removal.IsDue(marked));
    }

    [Fact]
    public void Namespace_becomes_terminating_and_waits_for_its_finalizer()
    {
        var space = Docs.Json("{'kind':'Namespace','metadata':{'name':'a'},'spec':{'finalizers':['kubernetes']},'status':{'phase':'Active'}}");
        var marked = Removal.Mark(space, NamespaceKind.Row, null, Now)!;
        Assert.Equal("Terminating", marked.Map("status").Text("phase"));
        Assert.False(Removal.IsDue(marked));
    }

    private static JsonObject Pod(string phase, string node) => Docs.Json(
        $"{{'metadata':{{'name':'a'}},'spec':{{'nodeName':'{node}','terminationGracePeriodSeconds':30}},'status':{{'phase':'{phase}'}}}}");
}
