using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>Fills in a pod as the API server and its standard admission do; validation comes next.</summary>
public static class PodDefaults
{
    public static void Apply(JsonObject pod)
    {
        var spec = pod.MapOrNew("spec");
        ApplyToSpec(spec);
        PodAdmission.Apply(spec);
    }

    /// <summary>What the pod templates of controllers get too.</summary>
    public static void ApplyToSpec(JsonObject spec)
    {
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("restartPolicy", "Always");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("terminationGracePeriodSeconds", 30);
        if (spec.Number("terminationGracePeriodSeconds") < 0)
        {
            // What is meant by less than no time is taken as the least.
            spec["terminationGracePeriodSeconds"] = Bodies.JsonText.Number(1);
        }

        spec.Default("enableServiceLinks", true);
        spec.MapOrNew("securityContext");
        foreach (var volume in spec.Maps("volumes"))
        {
            VolumeDefaults.Apply(volume);
        }
        var hostNetwork = spec.Flag("hostNetwork") == true;
        foreach (var container in spec.Maps("initContainers").Concat(spec.Maps("containers")))
        {
            ContainerDefaults.Apply(container, hostNetwork);
        }
        foreach (var container in spec.Maps("ephemeralContainers"))
        {
            ContainerDefaults.Apply(container, hostNetwork: false);
        }
        if (spec.Map("resources") is { } resources && resources.Map("limits") is { Count: > 0 })
        {
            RequestOfPod(spec, resources);
        }
        foreach (var constraint in spec.Maps("topologySpreadConstraints"))
        {
            constraint.Default("nodeAffinityPolicy", "Honor");
            constraint.Default("nodeTaintsPolicy", "Ignore");
        }
    }

    /// <summary>A pod that says what it may have as a whole asks for what its containers ask for; where they say nothing, for all of it.</summary>
    private static void RequestOfPod(JsonObject spec, JsonObject resources)
    {
        var requests = resources.Map("requests") ?? [];
        foreach (var name in (string[])["cpu", "memory"])
        {
            if (!requests.ContainsKey(name) && ContainerRequests.Of(spec, name) is { } asked)
            {
                requests[name] = asked.ToString();
            }
        }

        foreach (var (name, amount) in resources.Map("limits") ?? [])
        {
            requests.TryAdd(name, amount?.DeepClone());
        }

        if (requests.Count > 0)
        {
            resources["requests"] ??= requests;
        }
    }
}
