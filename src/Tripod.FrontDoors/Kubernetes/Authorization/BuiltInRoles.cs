using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Kubernetes.Kinds;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>
/// The roles and bindings that every cluster has under the same names. Those that are missing are made at each start; one
/// that someone changed is left as it is.
/// </summary>
internal static class BuiltInRoles
{
    private const string Bootstrapping = "kubernetes.io/bootstrapping";

    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];
    private static readonly string[] Viewed =
        ["pods", "pods/log", "pods/status", "configmaps", "events", "namespaces", "namespaces/status", "podtemplates", "serviceaccounts", "services", "endpoints", "persistentvolumeclaims", "persistentvolumeclaims/status"];
    private static readonly string[] Edited = ["pods", "configmaps", "secrets", "serviceaccounts", "podtemplates", "events", "persistentvolumeclaims", "services", "endpoints"];
    private static readonly string[] Entered = ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "pods/eviction", "pods/ephemeralcontainers", "pods/resize"];

    public static void Ensure(ObjectStore store, TimeProvider clock)
    {
        Role(store, clock, "cluster-admin", Rule(["*"], ["*"], ["*"]), Paths("*"));
        Role(store, clock, "view", View());
        Role(store, clock, "edit", Edit());
        Role(store, clock, "admin", [.. Edit(), Rule([RoleKind.Group], ["roles", "rolebindings"], [.. Read, .. Write]), Rule(["authorization.k8s.io"], ["localsubjectaccessreviews"], ["create"])]);

        // What "view" leaves out because it is the machine's and no namespace's.
        Role(store, clock, "tripod:reader", [.. View(),
            Rule([""], ["nodes", "nodes/status", "nodes/metrics", "nodes/stats", "persistentvolumes"], Read), Rule(["metrics.k8s.io"], ["nodes", "pods"], Read),
            Rule([RoleKind.Group], ["roles", "rolebindings", "clusterroles", "clusterrolebindings"], Read), Rule(["storage.k8s.io", "scheduling.k8s.io", "node.k8s.io", "certificates.k8s.io"], ["*"], Read), Paths("/metrics")]);
        Role(store, clock, "system:discovery", Paths("/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"));
        Role(store, clock, "system:public-info-viewer", Paths("/healthz", "/livez", "/readyz", "/version", "/version/"));
        Role(store, clock, "system:basic-user",
            Rule(["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]), Rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]));
        Role(store, clock, "system:auth-delegator", Rule(["authentication.k8s.io"], ["tokenreviews"], ["create"]), Rule(["authorization.k8s.io"], ["subjectaccessreviews"], ["create"]));
        Role(store, clock, "system:service-account-issuer-discovery", Paths("/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"));
        Role(store, clock, "system:cluster-trust-bundle-discovery", Rule(["certificates.k8s.io"], ["clustertrustbundles"], Read));
        Bind(store, clock, "system:cluster-trust-bundle-discovery", "system:cluster-trust-bundle-discovery", "system:serviceaccounts");
        Bind(store, clock, "cluster-admin", "cluster-admin", UserIdentity.Administrators);
        Bind(store, clock, "tripod:reader", "tripod:reader", UserIdentity.Readers);
        Bind(store, clock, "system:discovery", "system:discovery", UserIdentity.Authenticated);
        Bind(store, clock, "system:basic-user", "system:basic-user", UserIdentity.Authenticated);
        Bind(store, clock, "system:public-info-viewer", "system:public-info-viewer", UserIdentity.Authenticated);
        Bind(store, clock, "system:service-account-issuer-discovery", "system:service-account-issuer-discovery", "system:serviceaccounts");
    }

    private static JsonObject[] View() =>
    [
        Rule([""], Viewed, Read), Rule(["events.k8s.io"], ["events"], Read), Rule(["coordination.k8s.io"], ["leases"], Read), Rule(["metrics.k8s.io"], ["pods"], Read),
    ];

    private static JsonObject[] Edit() =>
    [
        .. View(), Rule([""], ["secrets"], Read), Rule([""], Edited, Write), Rule([""], Entered, ["get", .. Write]),
        Rule([""], ["serviceaccounts"], ["impersonate"]), Rule([""], ["serviceaccounts/token"], ["create"]),
        Rule(["events.k8s.io"], ["events"], Write), Rule(["coordination.k8s.io"], ["leases"], Write),
    ];

    private static void Role(ObjectStore store, TimeProvider clock, string name, params JsonObject[] rules)
    {
        var role = Start(clock, "ClusterRole", name);
        role["rules"] = new JsonArray([.. rules]);
        Create(store, ResourceKeys.Of("clusterroles", null, name), role);
    }

    private static void Bind(ObjectStore store, TimeProvider clock, string name, string role, string group)
    {
        var binding = Start(clock, "ClusterRoleBinding", name);
        binding["subjects"] = new JsonArray(new JsonObject { ["kind"] = "Group", ["apiGroup"] = RoleKind.Group, ["name"] = group });
        binding["roleRef"] = new JsonObject { ["apiGroup"] = RoleKind.Group, ["kind"] = "ClusterRole", ["name"] = role };
        Create(store, ResourceKeys.Of("clusterrolebindings", null, name), binding);
    }

    private static JsonObject Start(TimeProvider clock, string kind, string name) => new()
    {
        ["apiVersion"] = $"{RoleKind.Group}/v1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["uid"] = Guid.NewGuid().ToString(),
            ["creationTimestamp"] = Timestamps.Of(clock.GetUtcNow()),
            ["labels"] = new JsonObject { [Bootstrapping] = "rbac-defaults" },
        },
    };

    private static JsonObject Rule(IEnumerable<string> groups, IEnumerable<string> resources, IEnumerable<string> verbs) =>
        new() { ["apiGroups"] = Json.Texts(groups), ["resources"] = Json.Texts(resources), ["verbs"] = Json.Texts(verbs) };

    private static JsonObject Paths(params string[] paths) => new() { ["nonResourceURLs"] = Json.Texts(paths), ["verbs"] = Json.Texts(paths is ["*"] ? ["*"] : ["get"]) };

    private static void Create(ObjectStore store, string key, JsonObject document)
    {
        if (store.Get(key) is null)
        {
            store.Create(key, document);
        }
    }
}
