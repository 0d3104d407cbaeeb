using Tripod.FrontDoors.Kubernetes.Kinds;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>What is said of a resource that is not served: that it is known, and what is served instead.</summary>
internal static class UnservedKinds
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["deployments"] = "create the pod of its template itself; it is restarted in place for as long as it is there",
        ["replicasets"] = "create one pod for each replica",
        ["statefulsets"] = "create one pod for each replica",
        ["daemonsets"] = "there is one node: create one pod",
        ["jobs"] = "create a pod with restartPolicy OnFailure or Never",
        ["cronjobs"] = "create a pod from cron(8) or a systemd timer",
        ["services"] = "give the container a hostPort, or use the pod's address",
        ["ingresses"] = "give the container a hostPort",
    };

    public static ApiException Explain(ApiPath path)
    {
        var qualified = path.Group.Length == 0 ? path.Resource : $"{path.Resource}.{path.Group}";
        var served = string.Join(", ", KindRegistry.All.Select(kind => kind.Plural).Distinct());
        return new(404, "NotFound", Known.TryGetValue(path.Resource, out var instead)
            ? $"{qualified} is not served by tripod: {instead} (served are {served})"
            : $"the server could not find the requested resource {qualified} (served are {served})");
    }
}
