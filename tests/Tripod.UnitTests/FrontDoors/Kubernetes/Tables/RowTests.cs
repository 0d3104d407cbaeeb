using Tripod.FrontDoors.Kubernetes.Kinds;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Tables;

public sealed class RowTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Every_kind_gives_a_cell_for_each_column_of_a_bare_object() =>
        Assert.All(KindRegistry.All, kind => Assert.Equal(kind.Columns.Count, kind.Row(Stored.Element("{'metadata':{'name':'a'}}"), Now).Count));

    [Fact]
    public void Event_shows_who_saw_it_when_and_how_often()
    {
        var happening = Stored.Element("""
            {'metadata':{'name':'web.1'},'type':'Warning','reason':'BackOff','message':' again ','count':4,
             'involvedObject':{'kind':'Pod','name':'web','fieldPath':'spec.containers{c}'},'source':{'component':'kubelet','host':'n1'},
             'firstTimestamp':'2026-01-02T03:00:05Z','lastTimestamp':'2026-01-02T03:04:00Z'}
            """);
        Assert.Equal(["5s", "Warning", "BackOff", "pod/web", "spec.containers{c}", "kubelet, n1", "again", "4m", "4", "web.1"], EventKind.Cells(happening, Now));
    }

    [Fact]
    public void Event_of_the_newer_kind_counts_by_its_series()
    {
        var happening = Stored.Element("""
            {'metadata':{'name':'x'},'involvedObject':{'kind':'Node'},'eventTime':'2026-01-02T03:03:05.000001Z','reportingComponent':'me','reportingInstance':'here',
             'series':{'count':9,'lastObservedTime':'2026-01-02T03:04:04.5Z'}}
            """);
        var cells = EventKind.Cells(happening, Now);
        Assert.Equal(("0s", "node", "me, here", "59s", "9"), (cells[0], cells[3], cells[5], cells[7], cells[8]));
    }

    [Fact]
    public void Node_shows_its_roles_and_whether_it_takes_pods()
    {
        var node = Stored.Element("""
            {'metadata':{'name':'n','labels':{'node-role.kubernetes.io/worker':'','node-role.kubernetes.io/control-plane':''}},'spec':{'unschedulable':true},
             'status':{'conditions':[{'type':'Ready','status':'True'}],'addresses':[{'type':'InternalIP','address':'10.0.0.1'}],'nodeInfo':{'kubeletVersion':'v1.33.0'}}}
            """);
        Assert.Equal(["n", "Ready,SchedulingDisabled", "control-plane,worker", "<unknown>", "v1.33.0", "10.0.0.1", "<none>"], NodeKind.Cells(node, Now).Take(7));
    }

    [Fact]
    public void ConfigMap_counts_text_and_binary_entries() =>
        Assert.Equal("3", ConfigMapKind.Row.Row(Stored.Element("{'metadata':{'name':'a'},'data':{'x':'1','y':'2'},'binaryData':{'z':''}}"), Now)[1]);
}
