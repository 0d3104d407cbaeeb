using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>What the API server fills in before a document is validated and stored; in place, and twice is once.</summary>
public static class ObjectDefaults
{
    public static void Apply(JsonObject document, KindSchema schema)
    {
        switch (schema.ApiVersion, schema.Kind)
        {
            case ("v1", "Pod"): PodDefaults.ApplyToSpec(document.MapOrNew("spec")); break;
            case ("v1", "Secret"): SecretDefaults.Apply(document); break;
            case ("v1", "Namespace"): NamespaceDefaults.Apply(document); break;
            case ("v1", "PodTemplate"): PodDefaults.ApplyToSpec(document.MapOrNew("template").MapOrNew("spec")); break;
            case ("rbac.authorization.k8s.io/v1", "RoleBinding" or "ClusterRoleBinding"): RoleDefaults.ApplyToBinding(document); break;
            case ("v1", "PersistentVolume"): StorageDefaults.ApplyToVolume(document); break;
            case ("v1", "PersistentVolumeClaim"): StorageDefaults.ApplyToClaim(document); break;
            case ("scheduling.k8s.io/v1", "PriorityClass"): document.Default("preemptionPolicy", "PreemptLowerPriority"); break;
            case ("storage.k8s.io/v1", "StorageClass"): StorageDefaults.ApplyToClass(document); break;
        }
    }

    /// <summary>What a cluster's admission adds after the defaults; nobody's field, so it comes after the book is written.</summary>
    public static void Admit(JsonObject document, KindSchema schema)
    {
        if (schema is { ApiVersion: "v1", Kind: "Pod" })
        {
            PodAdmission.Apply(document.MapOrNew("spec"));
            KeepQuality(document);
        }
    }

    /// <summary>A pod says of what quality it is from its first revision on, and no write of a status takes that back.</summary>
    private static void KeepQuality(JsonObject pod)
    {
        if (pod.Map("status") is { } status && status.Text("qosClass") is null or "")
        {
            status["qosClass"] = PodQuality.Of(pod);
        }
    }
}
