using System.Text.Json.Nodes;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Pods;
using Xunit;

namespace Tripod.IntegrationTests.Kubectl;

/// <summary>Who may do what: keys for more users, roles and bindings, questions about both.</summary>
public sealed class AccessTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;
    private readonly Shell shell = new(shared.Engine);

    public static TheoryData<string> Versions() => Shell.Versions();

    [Fact]
    public async Task Reader_sees_everything_but_secrets_and_changes_nothing()
    {
        var ann = await Key("ann", "--read-only");
        Assert.Contains("ann", await As(ann, "auth", "whoami"), StringComparison.Ordinal);
        Assert.Contains("testnode", await As(ann, "get", "nodes"), StringComparison.Ordinal);
        Assert.Contains("default", await As(ann, "get", "serviceaccounts", "-A"), StringComparison.Ordinal);
        await Refused(ann, "User \"ann\" cannot list resource \"secrets\" in API group \"\" in the namespace \"default\"", "get", "secrets");
        await Refused(ann, "User \"ann\" cannot create resource \"configmaps\"", "create", "configmap", "x");
        await Refused(ann, "User \"ann\" cannot delete resource \"configmaps\"", "delete", "configmap", "kube-root-ca.crt");
        await Refused(ann, "User \"ann\" cannot impersonate resource \"users\"", "get", "nodes", "--as=kubernetes-admin");
        await engine.Apply(Manifests.Script("closed", "sleep 1000"));
        await engine.WaitReady("closed");
        await Refused(ann, "pods/exec", "exec", "closed", "--", "true");
        await Refused(ann, "pods/portforward", "port-forward", "closed", ":80");
        Assert.Equal("", await As(ann, "logs", "closed"));
        await shell.Run("delete", "pod", "closed", "--now");
    }

    [Fact]
    public async Task Group_may_do_what_its_bindings_grant_and_grants_no_more_than_it_has()
    {
        var bob = await Key("bob", "--group", "developers");
        await shell.Run("create", "namespace", "team");
        await Refused(bob, "cannot list resource \"pods\"", "get", "pods", "-n", "team");
        await shell.Run("create", "rolebinding", "dev", "--clusterrole=admin", "--group=developers", "-n", "team");
        Assert.Equal("configmap/made created\n", await As(bob, "create", "configmap", "made", "-n", "team"));
        await Refused(bob, "cannot create resource \"configmaps\" in API group \"\" in the namespace \"default\"", "create", "configmap", "made");
        Assert.Equal("role.rbac.authorization.k8s.io/own created\n", await As(bob, "create", "role", "own", "--verb=get", "--resource=pods", "-n", "team"));
        await Refused(bob, "attempting to grant RBAC permissions not currently held", "create", "role", "more", "--verb=get", "--resource=nodes", "-n", "team");
        await Refused(bob, "attempting to grant RBAC permissions not currently held", "create", "rolebinding", "more", "--clusterrole=cluster-admin", "--user=bob", "-n", "team");
        Assert.Equal("yes\n", await As(bob, "auth", "can-i", "create", "pods", "--subresource=exec", "-n", "team"));
        Assert.Equal("no\n", (await shell.Try("--kubeconfig", bob, "auth", "can-i", "create", "pods")).Output);
        await shell.Run("delete", "rolebinding", "dev", "-n", "team");
        await Refused(bob, "cannot list resource \"pods\"", "get", "pods", "-n", "team");
        await shell.Run("delete", "namespace", "team");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Questions_about_access_are_answered_for_oneself_and_others(string kubectl)
    {
        var typed = new Shell(engine, kubectl);
        var name = Shell.Suffix(kubectl);
        Assert.Equal("no\n", (await typed.Try("auth", "can-i", "get", "secrets", $"--as={name}")).Output);
        await typed.Run("create", "role", name, "--verb=get,list", "--resource=secrets", "--resource-name=one");
        await typed.Run("create", "rolebinding", name, $"--role={name}", $"--user={name}", "--serviceaccount=default:default");
        Assert.Equal("yes\n", (await typed.Try("auth", "can-i", "get", "secrets/one", $"--as={name}")).Output);
        Assert.Equal("no\n", (await typed.Try("auth", "can-i", "get", "secrets/two", $"--as={name}")).Output);
        Assert.Equal("yes\n", (await typed.Try("auth", "can-i", "get", "secrets/one", "--as=system:serviceaccount:default:default")).Output);
        Assert.Matches(@"secrets\s+\[\]\s+\[one\]\s+\[get list\]", await typed.Run("auth", "can-i", "--list", $"--as={name}"));
        Assert.Matches(@"Groups\s+\[some system:authenticated\]", await typed.Run("auth", "whoami", $"--as={name}", "--as-group=some"));
        Assert.Contains($"Role/{name}", await typed.Run("get", "rolebinding", name), StringComparison.Ordinal);
        Assert.Contains("cannot change roleRef", (await typed.Try("patch", "rolebinding", name, "-p", """{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"other"}}""")).Error, StringComparison.Ordinal);
        var role = await typed.Write($"apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{ name: {name}, namespace: default }}\nrules: [{{ apiGroups: [\"\"], resources: [pods], verbs: [watch] }}]\n");
        Assert.Contains("reconciled", (await typed.Try("auth", "reconcile", "-f", role)).Output, StringComparison.Ordinal);
        Assert.Equal("yes\n", (await typed.Try("auth", "can-i", "watch", "pods", $"--as={name}")).Output);
        await typed.Run("delete", "role,rolebinding", name);
    }

    [Fact]
    public async Task Reviews_answer_for_any_subject()
    {
        using var api = new ApiClient(engine);
        var review = await api.Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", """{"spec":{"user":"carl","groups":["tripod:readers"],"resourceAttributes":{"verb":"list","resource":"pods"}}}""");
        Assert.Equal((201, true), (review.Code, (bool?)review.Body["status"]!["allowed"]));
        review = await api.Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", """{"spec":{"user":"carl","nonResourceAttributes":{"verb":"get","path":"/metrics"}}}""");
        Assert.False((bool?)review.Body["status"]!["allowed"]);
        review = await api.Post("/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews", """{"spec":{"user":"carl","resourceAttributes":{"namespace":"default","verb":"list","resource":"pods"}}}""");
        Assert.False((bool?)review.Body["status"]!["allowed"]);
        Assert.Equal(400, (await api.Post("/apis/authorization.k8s.io/v1/subjectaccessreviews", """{"spec":{"user":"carl"}}""")).Code);
        var token = await api.Post("/apis/authentication.k8s.io/v1/tokenreviews", """{"spec":{"token":"nobody's"}}""");
        Assert.Null(token.Body["status"]!["authenticated"]);
    }

    [Fact]
    public async Task Whoever_is_spoken_for_is_told_with_all_that_is_known_of_them()
    {
        using var api = new ApiClient(engine);
        var review = await api.Send(
            HttpMethod.Post, "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", "application/json", "application/json",
            ("Impersonate-User", "jane"), ("Impersonate-Uid", "7"), ("Impersonate-Extra-Known-Languages", "one"), ("Impersonate-Extra-Example.com%2fteam", "red"));
        Assert.Equal(
            """{"username":"jane","uid":"7","groups":["system:authenticated"],"extra":{"known-languages":["one"],"example.com/team":["red"]}}""",
            review.Body["status"]!["userInfo"]!.ToJsonString());
        var alone = await api.Send(HttpMethod.Get, "/api/v1/nodes", null, null, "application/json", ("Impersonate-Extra-Team", "red"));
        Assert.Equal(400, alone.Code);
        var eve = await Key("eve", "--group", "helpers");
        await shell.Run("create", "clusterrole", "speaks-for-jane", "--verb=impersonate", "--resource=users", "--resource-name=jane");
        await shell.Run("create", "clusterrolebinding", "speaks-for-jane", "--clusterrole=speaks-for-jane", "--group=helpers");
        await Refused(eve, "User \"jane\" cannot list resource \"nodes\"", "get", "nodes", "--as=jane");
        await Refused(eve, "cannot impersonate resource \"uids\"", "get", "nodes", "--as=jane", "--as-uid=7");
    }

    [Fact]
    public async Task Secret_that_names_an_account_is_given_its_token()
    {
        using var api = new ApiClient(engine);
        const string Secrets = "/api/v1/namespaces/default/secrets", Kept = """{"metadata":{"name":"kept","annotations":{"kubernetes.io/service-account.name":"robot"}},"type":"kubernetes.io/service-account-token"}""";
        await api.Post(Secrets, Kept);
        await shell.Run("create", "serviceaccount", "robot");
        await shell.Run("wait", "--for=jsonpath={.data.token}", "secret/kept", "--timeout=10s");
        var data = (await api.Get($"{Secrets}/kept")).Body["data"]!;
        Assert.Equal("default", Text("namespace"));
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", Text("ca.crt"), StringComparison.Ordinal);
        var token = Text("token");
        Assert.Contains("system:serviceaccount:default:robot", await shell.Run("auth", "whoami", "--token", token, "--kubeconfig", await Nobody()), StringComparison.Ordinal);
        await api.Patch($"{Secrets}/kept", """{"data":{"token":null}}""");
        await shell.Run("wait", "--for=jsonpath={.data.token}", "secret/kept", "--timeout=10s");
        await shell.Run("delete", "serviceaccount", "robot");
        await shell.Run("wait", "--for=delete", "secret/kept", "--timeout=10s");
        Assert.NotEqual(0, (await shell.Try("auth", "whoami", "--token", token, "--kubeconfig", await Nobody())).ExitCode);

        string Text(string key) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String((string)data[key]!));

        // The engine's kubeconfig with neither certificate nor key.
        async Task<string> Nobody()
        {
            var path = Path.Combine(engine.Root, "nobody.kubeconfig");
            await File.WriteAllLinesAsync(path, (await File.ReadAllLinesAsync(engine.Kubeconfig)).Where(line => !line.Contains("client-", StringComparison.Ordinal)));
            return path;
        }
    }

    [Fact]
    public async Task Token_is_good_for_those_it_is_meant_for()
    {
        using var api = new ApiClient(engine);
        var (plain, meant) = (await Token(), await Token("--audience=vault", "--audience=shop"));
        var status = await Review(plain);
        Assert.True((bool?)status["authenticated"]);
        Assert.Equal("""["https://kubernetes.default.svc.cluster.local"]""", status["audiences"]!.ToJsonString());
        Assert.StartsWith("JTI=", (string?)status["user"]!["extra"]!["authentication.kubernetes.io/credential-id"]![0], StringComparison.Ordinal);
        Assert.Equal("""["vault"]""", (await Review(meant, "vault", "bank"))["audiences"]!.ToJsonString());
        Assert.Null((await Review(meant))["authenticated"]);
        Assert.Null((await Review(plain, "vault"))["authenticated"]);

        async Task<string> Token(params string[] options) => (await shell.Run(["create", "token", "default", .. options])).Trim();

        async Task<JsonNode> Review(string token, params string[] audiences)
        {
            var asked = new JsonObject { ["spec"] = new JsonObject { ["token"] = token, ["audiences"] = new JsonArray([.. audiences.Select(audience => (JsonNode)audience)]) } };
            return (await api.Post("/apis/authentication.k8s.io/v1/tokenreviews", asked.ToJsonString())).Body["status"]!;
        }
    }

    private Task<string> As(string kubeconfig, params string[] arguments) => shell.Run(["--kubeconfig", kubeconfig, .. arguments]);

    private async Task Refused(string kubeconfig, string why, params string[] arguments)
    {
        var done = await shell.Try(["--kubeconfig", kubeconfig, .. arguments]);
        Assert.NotEqual(0, done.ExitCode);
        Assert.Contains(why, done.Error, StringComparison.Ordinal);
    }

    private async Task<string> Key(string user, params string[] options)
    {
        var path = Path.Combine(engine.Root, $"{user}.kubeconfig");
        await Command.Run([Engine.TripodProgram, "kubeconfig", "create", "--run", engine.Run, "--user", user, "-o", path, .. options]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        return path;
    }
}
