using System.Text;
using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>What Kubernetes' API conventions promise to any client, asked for without kubectl in between.</summary>
public sealed class ApiConventionTests(SharedEngine shared) : IClassFixture<SharedEngine>, IAsyncLifetime
{
    private readonly ApiClient api = new(shared.Engine);
    private readonly string space = $"n{Guid.NewGuid():n}";

    private string ConfigMaps => $"/api/v1/namespaces/{space}/configmaps";

    public async ValueTask InitializeAsync()
    {
        Assert.Equal(201, (await api.Post("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{space}}}"}}""")).Code);

        // It comes a moment later, and would be seen by whoever watches.
        await Engine.Eventually(async () => (await api.Get($"{ConfigMaps}/kube-root-ca.crt")).Code == 200, "the namespace has its own ConfigMap", TimeSpan.FromSeconds(10));
    }

    public ValueTask DisposeAsync()
    {
        api.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Schemas_are_told_in_both_versions_of_OpenAPI()
    {
        var second = JsonNode.Parse(await shared.Engine.Kubectl("get", "--raw", "/openapi/v2"))!;
        var third = JsonNode.Parse(await shared.Engine.Kubectl("get", "--raw", "/openapi/v3/api/v1"))!;
        var (old, young) = (second["definitions"]!.AsObject(), third["components"]!["schemas"]!.AsObject());
        Assert.All(young, schema => Assert.Equal(schema.Value!["properties"]?.AsObject().Count, old[schema.Key]!["properties"]?.AsObject().Count));
        var spec = (string)old["io.k8s.api.core.v1.Pod"]!["properties"]!["spec"]!["allOf"]![0]!["$ref"]!;
        Assert.StartsWith("#/definitions/", spec, StringComparison.Ordinal);
        Assert.True(old[spec["#/definitions/".Length..]]!["properties"]!.AsObject().Count > 30);
        Assert.Equal("string", (string?)second["paths"]!["/api/v1/namespaces/{namespace}/pods"]!["post"]!["parameters"]![0]!["type"]);
    }

    [Fact]
    public async Task List_goes_on_from_where_it_was_cut_whatever_was_written_meanwhile()
    {
        await Create("a", "b", "c", "d");
        var first = await api.Get($"{ConfigMaps}?limit=2");
        Assert.Equal(["a", "b"], first.Names);
        await api.Delete($"{ConfigMaps}/c");
        await Create("b2");
        var second = await api.Get($"{ConfigMaps}?limit=500&continue={first.Body["metadata"]!["continue"]}");
        Assert.Equal(["c", "d", "kube-root-ca.crt"], second.Names);
        Assert.Equal(first.Revision, second.Revision);
        Assert.Equal(400, (await api.Get($"{ConfigMaps}?limit=2&continue=nonsense")).Code);
    }

    [Fact]
    public async Task List_that_is_forgotten_goes_on_with_what_there_is_now()
    {
        await Create("a", "b", "c", "d");
        var first = await api.Get($"{ConfigMaps}?limit=2");
        for (var i = 0; i < 16; i++)
        {
            await api.Patch($"{ConfigMaps}/a", $$$"""{"data":{"a":"{{{i}}}"}}""");
            await api.Get($"{ConfigMaps}?limit=1");
        }

        await Create("c2");
        var forgotten = await api.Get($"{ConfigMaps}?limit=2&continue={first.Body["metadata"]!["continue"]}");
        Assert.Equal((410, "Expired"), (forgotten.Code, forgotten.Reason));
        var next = await api.Get($"{ConfigMaps}?limit=2&continue={forgotten.Body["metadata"]!["continue"]}");
        Assert.Equal(["c", "c2"], next.Names);
        Assert.Equal(2, (int?)next.Body["metadata"]!["remainingItemCount"]);
        Assert.NotEqual(first.Revision, next.Revision);
        var last = await api.Get($"{ConfigMaps}?limit=2&continue={next.Body["metadata"]!["continue"]}");
        Assert.Equal((next.Revision, 2), (last.Revision, last.Names.Count()));
    }

    [Fact]
    public async Task Watch_tells_what_came_after_its_revision_and_what_a_selector_hides()
    {
        var begin = (await api.Get(ConfigMaps)).Revision;
        await Create("w");
        await api.Patch($"{ConfigMaps}/w", """{"metadata":{"labels":{"shown":"yes"}}}""");
        await api.Patch($"{ConfigMaps}/w", """{"data":{"a":"1"}}""");
        await api.Patch($"{ConfigMaps}/w", """{"metadata":{"labels":{"shown":"no"}}}""");
        await api.Delete($"{ConfigMaps}/w");
        var all = await api.Watch($"{ConfigMaps}?watch=true&timeoutSeconds=1&resourceVersion={begin}").Select(change => change.Type).ToListAsync();
        Assert.Equal(["ADDED", "MODIFIED", "MODIFIED", "MODIFIED", "DELETED"], all);
        var shown = await api.Watch($"{ConfigMaps}?watch=true&timeoutSeconds=1&labelSelector=shown%3Dyes&allowWatchBookmarks=true&resourceVersion={begin}").ToListAsync();
        Assert.Equal(["ADDED", "MODIFIED", "DELETED", "BOOKMARK"], shown.Select(change => change.Type));
    }

    [Fact]
    public async Task Watch_list_begins_with_what_is_there_and_marks_its_end()
    {
        await Create("x");
        var events = new List<(string Type, JsonNode Object)>();
        await foreach (var change in api.Watch($"{ConfigMaps}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=5"))
        {
            events.Add(change);
            if (change.Type == "BOOKMARK")
            {
                break;
            }
        }

        Assert.Equal(["ADDED", "ADDED", "BOOKMARK"], events.Select(change => change.Type));
        Assert.Equal("true", (string?)events[^1].Object["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
    }

    [Fact]
    public async Task Revision_that_is_too_old_or_not_yet_there_is_told()
    {
        var old = await api.Watch($"{ConfigMaps}?watch=true&resourceVersion=1&timeoutSeconds=2").FirstAsync();
        Assert.True(old is ("ADDED", _) || ((int?)old.Object["code"] == 410 && (string?)old.Object["reason"] == "Expired"), old.Object.ToJsonString());
        var future = await api.Get($"{ConfigMaps}?resourceVersion=999999999&resourceVersionMatch=NotOlderThan");
        Assert.Equal((504, "Timeout"), (future.Code, future.Reason));
        Assert.Equal(400, (await api.Get($"{ConfigMaps}?resourceVersion=x")).Code);
        Assert.Equal(422, (await api.Get($"{ConfigMaps}?resourceVersionMatch=Exact")).Code);
    }

    [Fact]
    public async Task Stale_write_conflicts_and_says_what_to_do()
    {
        await Create("c");
        var read = (await api.Get($"{ConfigMaps}/c")).Body;
        await api.Patch($"{ConfigMaps}/c", """{"data":{"a":"1"}}""");
        read["data"] = new JsonObject { ["a"] = "2" };
        var stale = await api.Put($"{ConfigMaps}/c", read.ToJsonString());
        Assert.Equal((409, "Conflict"), (stale.Code, stale.Reason));
        Assert.Contains("please apply your changes to the latest version and try again", stale.Message, StringComparison.Ordinal);
        read["metadata"]!.AsObject().Remove("resourceVersion");
        Assert.Equal(200, (await api.Put($"{ConfigMaps}/c", read.ToJsonString())).Code);
        read["metadata"]!["resourceVersion"] = "0";
        read["data"] = new JsonObject { ["a"] = "3" };
        Assert.Equal(200, (await api.Put($"{ConfigMaps}/c", read.ToJsonString())).Code);
        Assert.Equal(201, (await api.Post(ConfigMaps, """{"metadata":{"name":"new","resourceVersion":"0"}}""")).Code);
        Assert.Equal(400, (await api.Post(ConfigMaps, """{"metadata":{"name":"newer","resourceVersion":"1"}}""")).Code);
        read["metadata"]!["uid"] = "another";
        Assert.Equal(409, (await api.Put($"{ConfigMaps}/c", read.ToJsonString())).Code);
        Assert.Equal(409, (await api.Post(ConfigMaps, """{"metadata":{"name":"c"}}""")).Code);
    }

    [Theory]
    [InlineData("Strict", 400, 0)]
    [InlineData("Warn", 201, 2)]
    [InlineData("", 201, 2)]
    [InlineData("Ignore", 201, 0)]
    [InlineData("Perhaps", 422, 0)]
    public async Task Unknown_and_doubled_fields_are_judged_as_asked(string validation, int code, int warnings)
    {
        var answer = await api.Post($"{ConfigMaps}?fieldValidation={validation}", """{"metadata":{"name":"f"},"dta":{},"data":{"a":"b","a":"c"}}""");
        Assert.Equal((code, warnings), (answer.Code, answer.Warnings.Count));
        await Create("p");
        var patched = await api.Patch($"{ConfigMaps}/p?fieldValidation={validation}", """{"dta":{},"data":{"a":"b","a":"c"}}""");
        Assert.Equal((code == 201 ? 200 : code, warnings), (patched.Code, patched.Warnings.Count));
    }

    [Theory]
    [InlineData("30s", 200)]
    [InlineData("1m30.5s", 200)]
    [InlineData("0", 200)]
    [InlineData("invalid", 400)]
    [InlineData("30", 400)]
    public async Task Time_to_wait_for_an_answer_is_a_duration(string timeout, int code)
    {
        Assert.Equal(code, (await api.Get($"/version?timeout={timeout}")).Code);
        Assert.Equal(code, (await api.Get($"{ConfigMaps}?timeout={timeout}")).Code);
        Assert.Equal(404, (await api.Get($"/api/v1/namespaces/{space}/pods/none/log?timeout={timeout}")).Code);
    }

    [Fact]
    public async Task Delete_minds_its_preconditions_and_finalizers()
    {
        await Create("d");
        Assert.Equal(422, (await api.Delete($"{ConfigMaps}/d", """{"propagationPolicy":"Orphan","orphanDependents":true}""")).Code);
        Assert.Equal(422, (await api.Delete($"{ConfigMaps}/d", """{"dryRun":["Some"]}""")).Code);
        Assert.Equal(409, (await api.Delete($"{ConfigMaps}/d", """{"preconditions":{"uid":"another"}}""")).Code);
        Assert.Equal(409, (await api.Delete($"{ConfigMaps}/d", """{"preconditions":{"resourceVersion":"1"}}""")).Code);
        Assert.Equal(422, (await api.Delete($"{ConfigMaps}/d", """{"propagationPolicy":"Sideways"}""")).Code);
        await api.Patch($"{ConfigMaps}/d", """{"metadata":{"finalizers":["example.com/held"]}}""");
        var marked = await api.Delete($"{ConfigMaps}/d");
        Assert.NotNull(marked.Body["metadata"]!["deletionTimestamp"]);
        Assert.Equal(0, (int?)marked.Body["metadata"]!["deletionGracePeriodSeconds"]);
        Assert.Equal(422, (await api.Patch($"{ConfigMaps}/d", """{"metadata":{"finalizers":["example.com/held","example.com/late"]}}""")).Code);
        await api.Patch($"{ConfigMaps}/d", """{"metadata":{"finalizers":null}}""");
        Assert.Equal(404, (await api.Get($"{ConfigMaps}/d")).Code);
    }

    [Fact]
    public async Task Collection_is_deleted_by_its_selector_and_kubernetes_own_comes_back()
    {
        await Create("one", "two");
        await api.Patch($"{ConfigMaps}/one", """{"metadata":{"labels":{"go":"away"}}}""");
        Assert.Equal(["one", "two"], (await api.Delete($"{ConfigMaps}?dryRun=All")).Names.Where(name => name != "kube-root-ca.crt"));
        Assert.Equal(["one"], (await api.Delete($"{ConfigMaps}?labelSelector=go%3Daway")).Names);
        await Create("go1", "go2");
        Assert.Equal(["go1"], (await api.Delete($"{ConfigMaps}?limit=1")).Names);
        Assert.Equal(200, (await api.Get($"{ConfigMaps}/go2")).Code);
        await api.Delete(ConfigMaps);
        await Engine.Eventually(async () => (await api.Get(ConfigMaps)).Names.SequenceEqual(["kube-root-ca.crt"]), "the authority is back", TimeSpan.FromSeconds(5));
        await api.Patch($"{ConfigMaps}/kube-root-ca.crt", """{"data":{"ca.crt":"forged"}}""");
        await Engine.Eventually(
            async () => ((string?)(await api.Get($"{ConfigMaps}/kube-root-ca.crt")).Body["data"]!["ca.crt"])!.StartsWith("-----BEGIN", StringComparison.Ordinal), "it is put right", TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("GET", "/nothing", "", 404)]
    [InlineData("GET", "/apis/nothing/v1", "", 404)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/nothing", "", 404)]
    [InlineData("GET", "/api/v1/namespaces/default/pods/x/nothing", "", 404)]
    [InlineData("PUT", "/api/v1/pods", "application/json", 405)]
    [InlineData("POST", "/version", "application/json", 405)]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps", "text/plain", 415)]
    [InlineData("PATCH", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt", "application/json", 415)]
    [InlineData("POST", "/api/v1/namespaces/default/configmaps", "application/json", 400)]
    [InlineData("POST", "/api/v1/namespaces/nowhere/configmaps", "application/yaml", 404)]
    public async Task Wrong_request_is_a_Status_with_its_code(string method, string path, string type, int code)
    {
        var answer = await api.Send(new HttpMethod(method), path, type.Length == 0 ? null : type == "application/yaml" ? "metadata: {name: x}" : "{", type);
        Assert.Equal(code, answer.Code);
        Assert.Equal("Status", (string?)answer.Body["kind"]);
        Assert.Equal(code, (int?)answer.Body["code"]);
    }

    [Fact]
    public async Task Tables_and_metadata_are_shown_as_accepted()
    {
        await Create("t");
        const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io", Partial = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
        var rows = (await api.Get(ConfigMaps, Table)).Body;
        Assert.Equal("Table", (string?)rows["kind"]);
        Assert.Equal("PartialObjectMetadata", (string?)rows["rows"]![0]!["object"]!["kind"]);
        Assert.Null((await api.Get($"{ConfigMaps}?includeObject=None", Table)).Body["rows"]![0]!["object"]);
        Assert.Equal("ConfigMap", (string?)(await api.Get($"{ConfigMaps}?includeObject=Object", Table)).Body["rows"]![0]!["object"]!["kind"]);
        var partial = (await api.Get(ConfigMaps, Partial)).Body;
        Assert.Equal("PartialObjectMetadataList", (string?)partial["kind"]);
        Assert.Null(partial["items"]![0]!["data"]);
        Assert.Equal(406, (await api.Get(ConfigMaps, "text/html")).Code);
        Assert.Equal("meta.k8s.io/v1beta1", (string?)(await api.Get(ConfigMaps, Table.Replace("v1", "v1beta1", StringComparison.Ordinal))).Body["apiVersion"]);
        var all = $"{ConfigMaps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1";
        Assert.Equal(406, (await api.Get(all, Table)).Code);
        await foreach (var (_, shown) in api.Watch(all, $"{Table},application/json"))
        {
            Assert.Equal("ConfigMap", (string?)shown["kind"]);
        }
        Assert.Equal(406, (await api.Send(HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{}", "application/json", Table)).Code);
    }

    [Fact]
    public async Task Storage_does_not_become_another_by_being_called_so()
    {
        const string Classes = "/apis/storage.k8s.io/v1/storageclasses", Volumes = "/api/v1/persistentvolumes";
        await api.Post(Classes, """{"metadata":{"name":"rigid"},"provisioner":"example.com/rigid","parameters":{"a":"b"}}""");
        foreach (var change in (string[])["""{"parameters":{"a":"c"}}""", """{"provisioner":"example.com/other"}""", """{"reclaimPolicy":"Retain"}""", """{"volumeBindingMode":"WaitForFirstConsumer"}"""])
        {
            Assert.Equal(422, (await api.Patch($"{Classes}/rigid", change)).Code);
        }

        Assert.Equal(200, (await api.Patch($"{Classes}/rigid", """{"metadata":{"labels":{"a":"b"}}}""")).Code);
        var made = await api.Post(Volumes, $$$"""{"metadata":{"name":"{{{space}}}"},"spec":{"storageClassName":"rigid","capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/tmp/{{{space}}}"} } }""");
        Assert.Equal(201, made.Code);
        Assert.Equal(422, (await api.Patch($"{Volumes}/{space}", """{"spec":{"hostPath":{"path":"/tmp/elsewhere"}}}""")).Code);
        Assert.Equal(422, (await api.Patch($"{Volumes}/{space}", """{"spec":{"volumeMode":"Block"}}""")).Code);
        Assert.Equal(200, (await api.Patch($"{Volumes}/{space}", """{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}""")).Code);

        var claims = $"/api/v1/namespaces/{space}/persistentvolumeclaims";
        const string Claim = """{"metadata":{"name":"c"},"spec":{"storageClassName":"rigid","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", More = """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""";
        await api.Post(claims, Claim);
        await Engine.Eventually(async () => (string?)(await api.Get($"{claims}/c")).Body["status"]!["phase"] == "Bound", "it has the volume", TimeSpan.FromSeconds(10));
        Assert.Equal((403, "Forbidden"), ((await api.Patch($"{claims}/c", More)).Code, (await api.Patch($"{claims}/c", More)).Reason));
        await api.Patch($"{Classes}/rigid", """{"allowVolumeExpansion":true}""");
        Assert.Equal(200, (await api.Patch($"{claims}/c", More)).Code);
        await api.Post(claims, Claim.Replace("\"c\"", "\"waits\"", StringComparison.Ordinal));
        Assert.Equal(422, (await api.Patch($"{claims}/waits", More)).Code);
        await api.Delete(claims);
        await api.Delete($"{Volumes}/{space}");
        await api.Delete($"{Classes}/rigid");
    }

    [Fact]
    public async Task Service_by_which_pods_reach_the_API_is_shown()
    {
        var service = await api.Get("/api/v1/namespaces/default/services/kubernetes");
        Assert.Equal((200, "Service", "kubernetes"), (service.Code, (string?)service.Body["kind"], (string?)service.Body["metadata"]!["name"]));
        Assert.Equal((443, shared.Engine.KubernetesPort), ((int)service.Body["spec"]!["ports"]![0]!["port"]!, (int)service.Body["spec"]!["ports"]![0]!["targetPort"]!));
        var address = System.Net.IPAddress.Parse((string)service.Body["spec"]!["clusterIP"]!);
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(address, shared.Engine.KubernetesPort);
        var framed = await api.Send(HttpMethod.Get, "/api/v1/namespaces/default/services/kubernetes", null, null, "application/vnd.kubernetes.protobuf,application/json");
        Assert.Contains(address.ToString(), framed.Body.ToString(), StringComparison.Ordinal);
        Assert.Equal(["kubernetes"], (await api.Get("/api/v1/services")).Names);
        Assert.Equal(["kubernetes"], (await api.Get("/api/v1/namespaces/default/services?labelSelector=provider%3Dkubernetes")).Names);
        Assert.Empty((await api.Get("/api/v1/services?labelSelector=kubernetes.io%2Fcluster-service%3Dtrue")).Names);
        Assert.Empty((await api.Get($"/api/v1/namespaces/{space}/services")).Names);
        Assert.Equal(404, (await api.Get($"/api/v1/namespaces/{space}/services/kubernetes")).Code);
        Assert.Equal(404, (await api.Delete("/api/v1/namespaces/default/services/kubernetes")).Code);
        Assert.StartsWith("service/kubernetes", await shared.Engine.Kubectl("get", "service", "kubernetes", "-n", "default", "-o", "name"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replacing_makes_what_is_not_there_of_the_kinds_that_allow_it()
    {
        var lease = $"/apis/coordination.k8s.io/v1/namespaces/{space}/leases/turn";
        var made = await api.Put(lease, """{"spec":{"holderIdentity":"one"}}""");
        Assert.Equal((201, "turn"), (made.Code, (string?)made.Body["metadata"]!["name"]));
        Assert.Equal(200, (await api.Put(lease, """{"spec":{"holderIdentity":"two"}}""")).Code);
        await api.Delete(lease);
        Assert.Equal(404, (await api.Put(lease, made.Body.ToJsonString())).Code);
        Assert.Equal(201, (await api.Put($"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/roles/reader", """{"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""")).Code);
        Assert.Equal(404, (await api.Put($"{ConfigMaps}/none", """{"metadata":{"name":"none"}}""")).Code);
    }

    [Fact]
    public async Task Names_are_generated_dry_runs_leave_nothing_and_immutable_objects_stay()
    {
        var made = await api.Post(ConfigMaps, """{"metadata":{"generateName":"some-"},"immutable":true,"data":{"a":"b"}}""");
        var name = (string)made.Body["metadata"]!["name"]!;
        Assert.Matches("^some-[a-z0-9]{5}$", name);
        Assert.Equal(422, (await api.Patch($"{ConfigMaps}/{name}", """{"data":{"a":"c"}}""")).Code);
        Assert.Equal(422, (await api.Patch($"{ConfigMaps}/{name}", """{"immutable":false}""")).Code);
        Assert.Equal(201, (await api.Post($"{ConfigMaps}?dryRun=All", """{"metadata":{"name":"dry"}}""")).Code);
        Assert.Equal(404, (await api.Get($"{ConfigMaps}/dry")).Code);
        Assert.Equal(422, (await api.Post(ConfigMaps, """{"metadata":{"name":"No_Name"}}""")).Code);
    }

    [Fact]
    public async Task Namespace_is_kept_by_finalizers_of_either_kind_and_takes_nothing_new()
    {
        var path = $"/api/v1/namespaces/{space}";
        Assert.Equal(200, (await api.Put($"{path}/finalize", $$$"""{"metadata":{"name":"{{{space}}}"},"spec":{"finalizers":["kubernetes","example.com/held"]}}""")).Code);
        Assert.Equal("Terminating", (string?)(await api.Delete(path)).Body["status"]!["phase"]);
        await Engine.Eventually(async () => !(await api.Get(ConfigMaps)).Names.Any(), "it is emptied", TimeSpan.FromSeconds(5));
        var late = await api.Post(ConfigMaps, """{"metadata":{"name":"late"}}""");
        Assert.Equal((403, "NamespaceTerminating"), (late.Code, (string?)late.Body["details"]!["causes"]![0]!["reason"]));
        Assert.Equal(200, (await api.Get(path)).Code);
        await api.Put($"{path}/finalize", $$$"""{"metadata":{"name":"{{{space}}}"},"spec":{"finalizers":["kubernetes"]}}""");
        await Engine.Eventually(async () => (await api.Get(path)).Code == 404, "it is gone", TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Events_are_the_same_in_both_of_their_groups()
    {
        var path = $"/apis/events.k8s.io/v1/namespaces/{space}/events";
        Assert.Equal(201, (await api.Post(path, $$$"""
            {"metadata":{"name":"e"},"eventTime":"2017-09-19T13:49:16.000000Z","reportingController":"test","reportingInstance":"t1","action":"Do","reason":"Done","type":"Normal","note":"hello",
             "regarding":{"kind":"Pod","namespace":"{{{space}}}","name":"p"}}
            """)).Code);
        Assert.Equal(200, (await api.Patch($"{path}/e", """{"series":{"count":2,"lastObservedTime":"2017-09-19T13:49:17.000000Z"}}""", "application/strategic-merge-patch+json")).Code);
        Assert.Equal(["e"], (await api.Get($"/apis/events.k8s.io/v1/events?fieldSelector=reportingController%3Dtest,metadata.namespace%3D{space}")).Names);
        var core = (await api.Get($"/api/v1/namespaces/{space}/events/e")).Body;
        Assert.Equal(("hello", "p", 2), ((string?)core["message"], (string?)core["involvedObject"]!["name"], (int?)core["series"]!["count"]));
        Assert.Equal(["e"], (await api.Delete(path)).Names);
        Assert.Equal(422, (await api.Post($"/api/v1/namespaces/{space}/events", """{"metadata":{"name":"astray"},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"}}""")).Code);
        Assert.Equal(422, (await api.Post($"/api/v1/namespaces/{space}/events", """{"metadata":{"name":"astray"},"involvedObject":{"kind":"Node","name":"n"}}""")).Code);
        Assert.Equal(201, (await api.Post("/api/v1/namespaces/default/events", """{"metadata":{"generateName":"of-node-"},"involvedObject":{"kind":"Node","name":"n"}}""")).Code);
    }

    [Theory]
    [InlineData("channel.k8s.io", "\u0001remote\n")]
    [InlineData("", "\u0001remote\n")]
    [InlineData("v4.channel.k8s.io", "\u0001remote\n")]
    [InlineData("base64.channel.k8s.io", "1cmVtb3RlCg==")]
    [InlineData("v4.base64.channel.k8s.io", "1cmVtb3RlCg==")]
    public async Task Commands_output_comes_in_every_WebSocket_protocol(string protocol, string expected)
    {
        var pods = await Talker();
        var messages = (await api.Messages($"{pods}/talker/exec?stdout=1&stderr=1&command=echo&command=remote", protocol)).Select(Encoding.UTF8.GetString).ToList();
        Assert.Contains(expected, messages);
        Assert.Equal(protocol.StartsWith('v'), messages.Exists(message => message[0] is '\u0003' or '3'));
        var failed = (await api.Messages($"{pods}/talker/exec?stdout=1&stderr=1&command=sh&command=-c&command=exit+7", protocol)).Select(Encoding.UTF8.GetString).Single(message => message[0] is '\u0003' or '3');
        var told = failed[0] == '3' ? Encoding.UTF8.GetString(Convert.FromBase64String(failed[1..])) : failed[1..];
        Assert.Contains("command terminated with non-zero exit code: exit status 7", told, StringComparison.Ordinal);
        Assert.Equal(protocol.StartsWith('v'), told.StartsWith('{'));
    }

    [Fact]
    public async Task Log_comes_over_a_WebSocket_too()
    {
        var pods = await Talker();
        var messages = await api.Messages($"{pods}/talker/log?container=talker", "binary.k8s.io");
        Assert.Equal("container is alive\n", string.Concat(messages.Select(Encoding.UTF8.GetString)));
    }

    private async Task<string> Talker()
    {
        var pods = $"/api/v1/namespaces/{space}/pods";
        await api.Post(pods, """
            {"metadata":{"name":"talker"},"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"talker","image":"busybox","imagePullPolicy":"IfNotPresent",
             "command":["sh","-c","echo container is alive; sleep 600"]}]}}
            """);
        await Engine.Eventually(async () => (string?)(await api.Get($"{pods}/talker")).Body["status"]!["phase"] == "Running", "it runs", TimeSpan.FromSeconds(20));
        await Engine.Eventually(async () => ((string?)(await api.Get($"{pods}/talker/log")).Body)?.Length > 0, "it has spoken", TimeSpan.FromSeconds(5));
        return pods;
    }

    private async Task Create(params string[] names)
    {
        foreach (var name in names)
        {
            Assert.Equal(201, (await api.Post(ConfigMaps, $$$"""{"metadata":{"name":"{{{name}}}"}}""")).Code);
        }
    }
}
