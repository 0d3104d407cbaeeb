using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Patching;
using Tripod.FrontDoors.Kubernetes.Schema;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class ServerSideApplyTests
{
    private static readonly KindSchema Pod = Docs.Kind("Pod");
    private static readonly KindSchema ConfigMap = Docs.Kind("ConfigMap");
    private static readonly DateTimeOffset Noon = new(2024, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_apply_owns_what_it_says()
    {
        var made = Apply(null, "{'metadata':{'name':'p','labels':{'a':'b'}},'spec':{'containers':[{'name':'c','image':'i','ports':[{'containerPort':80}]}]}}", "me", Pod);
        Docs.Same("""
            {'manager':'me','operation':'Apply','apiVersion':'v1','time':'2024-01-01T12:00:00Z','fieldsType':'FieldsV1','fieldsV1':{
              'f:metadata':{'f:labels':{'f:a':{}}},
              'f:spec':{'f:containers':{'k:{\"name\":\"c\"}':{'.':{},'f:name':{},'f:image':{},
                'f:ports':{'k:{\"containerPort\":80,\"protocol\":\"TCP\"}':{'.':{},'f:containerPort':{}}}}}}}}
            """.Replace("\\\"", "\\u0022"), Owners(made).Single());
    }

    [Fact]
    public void What_is_no_longer_applied_goes()
    {
        var first = Apply(null, "{'metadata':{'name':'c','labels':{'x':'1'}},'data':{'a':'1','b':'2'}}", "me");
        var second = Apply(first, "{'metadata':{'name':'c'},'data':{'a':'3'}}", "me");
        second["metadata"]!.AsObject().Remove("managedFields");
        Docs.Same("{'metadata':{'name':'c'},'data':{'a':'3'}}", second);
    }

    [Fact]
    public void What_others_own_or_wrote_stays()
    {
        var first = Apply(null, "{'metadata':{'name':'c'},'data':{'a':'1','b':'2'}}", "me");
        var both = Apply(first, "{'metadata':{'name':'c'},'data':{'b':'2'}}", "other");
        both["data"]!["z"] = "26";
        ManagedFields.RecordUpdate(first, both, ConfigMap, "editor", "v1", Noon);
        var last = Apply(both, "{'metadata':{'name':'c'},'data':{'a':'1'}}", "me");
        Docs.Same("{'a':'1','b':'2','z':'26'}", last["data"]);
    }

    [Fact]
    public void Another_owners_field_is_a_conflict_that_names_it()
    {
        var live = Docs.Json("{'metadata':{'name':'c'},'data':{'a':'1'}}");
        ManagedFields.RecordUpdate(null, live, ConfigMap, "kubectl-client-side-apply", "v1", Noon);
        var fault = Assert.Throws<ApiException>(() => Apply(live, "{'metadata':{'name':'c'},'data':{'a':'2'}}", "me"));
        Assert.Equal(409, fault.Code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .data.a", fault.Message);
        Docs.Same("""
            {'causes':[{'reason':'FieldManagerConflict','message':'conflict with \"kubectl-client-side-apply\" using v1','field':'.data.a'}]}
            """.Replace("\\\"", "\\u0022"), fault.Details);
    }

    [Fact]
    public void Several_conflicts_are_listed_by_owner()
    {
        var first = Apply(null, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'1','workingDir':'/'}]}}", "one", Pod);
        var fault = Assert.Throws<ApiException>(() =>
            Apply(first, "{'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'2','workingDir':'/x'}]}}", "two", Pod));
        Assert.Equal(
            "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.containers[name=\"c\"].image\n- .spec.containers[name=\"c\"].workingDir",
            fault.Message);
    }

    [Fact]
    public void Force_takes_the_field_over()
    {
        var first = Apply(null, "{'metadata':{'name':'c'},'data':{'a':'1'}}", "one");
        var second = Apply(first, "{'metadata':{'name':'c'},'data':{'a':'2'}}", "two", force: true);
        Assert.Equal("2", (string?)second["data"]!["a"]);
        Assert.Equal(["two"], Owners(second).Select(o => o.Text("manager")));
    }

    [Fact]
    public void The_same_value_is_shared_without_conflict()
    {
        var first = Apply(null, "{'metadata':{'name':'c'},'data':{'a':'1'}}", "one");
        var second = Apply(first, "{'metadata':{'name':'c'},'data':{'a':'1'}}", "two");
        Assert.Equal(["one", "two"], Owners(second).Select(o => o.Text("manager")));
    }

    [Fact]
    public void Lists_merge_by_all_their_keys_and_atomic_ones_are_replaced()
    {
        var first = Apply(null, """
            {'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i','args':['1','2'],
             'ports':[{'containerPort':53,'protocol':'UDP'},{'containerPort':53,'protocol':'TCP'}]}]}}
            """, "me", Pod);
        var second = Apply(first, """
            {'metadata':{'name':'p'},'spec':{'containers':[{'name':'c','image':'i','args':['3'],'ports':[{'containerPort':53,'protocol':'TCP','name':'dns'}]}]}}
            """, "me", Pod);
        Docs.Same("{'name':'c','image':'i','args':['3'],'ports':[{'containerPort':53,'protocol':'TCP','name':'dns'}]}", second["spec"]!["containers"]![0]);
    }

    [Fact]
    public void An_apply_that_changes_nothing_changes_nothing()
    {
        const string Config = "{'metadata':{'name':'c','labels':{'a':'b'}},'data':{'a':'1'}}";
        var first = Apply(null, Config, "me");
        var later = ServerSideApply.Apply(first, Docs.Json(Config), ConfigMap, "me", false, Noon.AddHours(1));
        Assert.True(JsonNode.DeepEquals(first, later));
    }

    [Fact]
    public void What_nobody_kept_book_of_is_in_conflict_too()
    {
        var fault = Assert.Throws<ApiException>(() =>
            Apply(Docs.Json("{'metadata':{'name':'c'},'data':{'a':'1'}}"), "{'metadata':{'name':'c'},'data':{'a':'2'}}", "me"));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a", fault.Message);
    }

    [Theory]
    [InlineData("{'metadata':{'name':'p','managedFields':[]}}", "metadata.managedFields must be nil")]
    [InlineData("{'spec':{'containers':[{'image':'x'}]}}", "omits key field \"name\"")]
    [InlineData("{'spec':{'containers':[{'name':'x'},{'name':'x'}]}}", "duplicate entries")]
    public void A_configuration_that_cannot_be_understood_is_a_bad_request(string config, string words)
    {
        var fault = Assert.Throws<ApiException>(() => Apply(null, config, "me", Pod));
        Assert.Equal(400, fault.Code);
        Assert.Contains(words, fault.Message);
    }

    [Fact]
    public void An_update_owns_what_it_changed_and_takes_it_from_others()
    {
        var live = Docs.Json("{'metadata':{'name':'c'},'data':{'a':'1','b':'2'}}");
        ManagedFields.RecordUpdate(null, live, ConfigMap, "one", "v1", Noon);
        var changed = (JsonObject)live.DeepClone();
        changed["data"]!["b"] = "3";
        ManagedFields.RecordUpdate(live, changed, ConfigMap, "two", "v1", Noon.AddHours(1));
        Docs.Same("{'f:data':{'.':{},'f:a':{}}}", Owners(changed)[0]["fieldsV1"]);
        Docs.Same("{'f:data':{'f:b':{}}}", Owners(changed)[1]["fieldsV1"]);
        Assert.Equal("2024-01-01T13:00:00Z", Owners(changed)[1].Text("time"));
    }

    [Fact]
    public void A_pods_update_is_booked_as_Kubernetes_books_it()
    {
        var pod = Docs.Json("""
            {'metadata':{'name':'p','annotations':{'n':'v'}},'spec':{'containers':[{'name':'c','image':'i','resources':{},'securityContext':{'privileged':true}}],
             'volumes':[{'name':'v','emptyDir':{}}]},'status':{'phase':'Pending'}}
            """);
        ManagedFields.RecordUpdate(null, pod, Pod, "kubectl-create", "v1", Noon);
        Docs.Same("""
            {'f:metadata':{'f:annotations':{'.':{},'f:n':{}}},
             'f:spec':{'f:containers':{'k:{\"name\":\"c\"}':{'.':{},'f:image':{},'f:name':{},'f:resources':{},'f:securityContext':{'.':{},'f:privileged':{}}}},
               'f:volumes':{'.':{},'k:{\"name\":\"v\"}':{'.':{},'f:emptyDir':{},'f:name':{}}}}}
            """.Replace("\\\"", "\\u0022"), Owners(pod).Single()["fieldsV1"]);
        var status = (JsonObject)pod.DeepClone();
        status["status"]!["phase"] = "Running";
        ManagedFields.RecordUpdate(pod, status, Pod, "tripod", "v1", Noon, "status");
        Assert.Equal("status", Owners(status).Single(o => o.Text("manager") == "tripod").Text("subresource"));
    }

    [Fact]
    public void An_update_without_change_keeps_the_book_as_it_is()
    {
        var live = Docs.Json("{'metadata':{'name':'c'},'data':{'a':'1'}}");
        ManagedFields.RecordUpdate(null, live, ConfigMap, "one", "v1", Noon);
        var same = (JsonObject)live.DeepClone();
        ManagedFields.RecordUpdate(live, same, ConfigMap, "two", "v1", Noon.AddHours(1));
        Assert.True(JsonNode.DeepEquals(live, same));
    }

    private static JsonObject Apply(JsonObject? live, string config, string manager, KindSchema? schema = null, bool force = false) =>
        ServerSideApply.Apply(live, Docs.Json(config), schema ?? ConfigMap, manager, force, Noon);

    private static List<JsonObject> Owners(JsonObject document) => [.. document.Map("metadata").Maps("managedFields")];
}
