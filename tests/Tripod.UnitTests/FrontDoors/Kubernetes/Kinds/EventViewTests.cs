using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Kinds;

public sealed class EventViewTests
{
    private const string Core = "{'apiVersion':'v1','kind':'Event','metadata':{'name':'a'},'involvedObject':{'name':'web'},'message':'m','count':2,'source':{'component':'c'},'reason':'r','reportingComponent':'k'}";
    private const string View = "{'apiVersion':'events.k8s.io/v1','kind':'Event','metadata':{'name':'a'},'regarding':{'name':'web'},'note':'m','deprecatedCount':2,'deprecatedSource':{'component':'c'},'reason':'r','reportingController':'k'}";

    [Fact]
    public void Events_of_either_version_are_one_and_the_same_object()
    {
        Docs.Same(View, EventViewKind.Row.Show(Docs.Json(Core)));
        Docs.Same(Core, EventViewKind.Row.Keep(Docs.Json(View)));
        Docs.Same(View, JsonNode.Parse(EventViewKind.Row.Render(Stored.Of(Core)).Span));
    }
}
