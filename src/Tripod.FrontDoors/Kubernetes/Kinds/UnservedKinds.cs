using System.Collections.Frozen;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>
/// Resources that Kubernetes has and this engine has not. Discovery lists them without verbs, which hides them from
/// <c>kubectl api-resources</c> but lets a request for one come here, where it can be told what there is instead.
/// </summary>
internal static class UnservedKinds
{
    public sealed record Unserved(string Group, string Version, string Plural, string Kind, bool Namespaced = true, params IReadOnlyList<string> ShortNames)
    {
        public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
    }

    public static IReadOnlyList<Unserved> All { get; } =
    [
        new("", "v1", "services", "Service", true, "svc"),
        new("", "v1", "endpoints", "Endpoints", true, "ep"),
        new("", "v1", "replicationcontrollers", "ReplicationController", true, "rc"),
        new("", "v1", "limitranges", "LimitRange", true, "limits"),
        new("", "v1", "resourcequotas", "ResourceQuota", true, "quota"),
        new("apps", "v1", "deployments", "Deployment", true, "deploy"),
        new("apps", "v1", "replicasets", "ReplicaSet", true, "rs"),
        new("apps", "v1", "statefulsets", "StatefulSet", true, "sts"),
        new("apps", "v1", "daemonsets", "DaemonSet", true, "ds"),
        new("apps", "v1", "controllerrevisions", "ControllerRevision"),
        new("batch", "v1", "jobs", "Job"),
        new("batch", "v1", "cronjobs", "CronJob", true, "cj"),
        new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, "hpa"),
        new("networking.k8s.io", "v1", "ingresses", "Ingress", true, "ing"),
        new("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false),
        new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, "netpol"),
        new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
        new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, "pdb"),
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false, "crd", "crds"),
    ];

    private static readonly FrozenDictionary<string, Unserved> ByName =
        All.ToFrozenDictionary(kind => $"{kind.Group}/{kind.Plural}", StringComparer.Ordinal);

    /// <summary>What is served, for messages.</summary>
    public static string Served { get; } = string.Join(", ", KindRegistry.All.Where(kind => kind.StoredAs is null).Select(kind => kind.Plural));

    /// <returns>Null for a kind that is served, or known to nobody.</returns>
    public static Unserved? Find(string group, string plural) =>
        KindRegistry.All.Any(kind => kind.Group == group && kind.Plural == plural) ? null : ByName.GetValueOrDefault($"{group}/{plural}");

    /// <summary>The refusal of a request for a resource that is not served.</summary>
    public static ApiException Refuse(string group, string plural) => Find(group, plural) is { } known
        ? new(404, "NotFound", $"{known.GroupResource} is not served by tripod: it serves {Served}{Instead(known)}")
        : ApiException.NoSuchPath();

    private static string Instead(Unserved kind) => kind.Plural switch
    {
        "deployments" or "replicasets" or "statefulsets" or "daemonsets" or "replicationcontrollers" or "jobs" =>
            $"; make a pod of the {kind.Kind}'s spec.template, which restarts by its restartPolicy, or apply the {kind.Kind} to a cluster",
        "cronjobs" => "; run a pod from the machine's own timers, or apply the CronJob to a cluster",
        "services" or "ingresses" or "endpoints" or "endpointslices" =>
            "; give the container a hostPort, which the machine then answers on, or reach the pod by its address",
        _ => "",
    };
}
