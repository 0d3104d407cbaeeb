using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Pods.StaticPods;

namespace Tripod.FrontDoors.Kubernetes.Admission;

/// <summary>What a cluster's admission looks up in other objects before it lets a new pod in. Called after the defaults, before validation.</summary>
internal static class PodCreation
{
    /// <exception cref="ApiException">403.</exception>
    public static void Admit(DoorParts door, ApiRequest request, JsonObject pod)
    {
        if (request.Kind is not { Group: "", Kind: "Pod" })
        {
            return;
        }

        PriorityAdmission.Apply(door.Store, pod);
        RuntimeClassAdmission.Apply(door.Store, pod);
        if (pod.Map("metadata").Map("annotations").Text(StaticPod.MirrorAnnotation) is null)
        {
            AccountAdmission.Apply(door, request.Namespace!, pod);
        }
    }
}
