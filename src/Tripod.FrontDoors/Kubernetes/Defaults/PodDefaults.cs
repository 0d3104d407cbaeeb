using System.Text.Json.Nodes;

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
        if (spec.Map("resources") is { } resources)
        {
            ContainerDefaults.RequestWhatIsLimited(resources);
        }
        foreach (var constraint in spec.Maps("topologySpreadConstraints"))
        {
            constraint.Default("nodeAffinityPolicy", "Honor");
            constraint.Default("nodeTaintsPolicy", "Ignore");
        }
    }
}
