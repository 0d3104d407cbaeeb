using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Admission;

/// <summary>A claim may ask for more than it has only where its class says that its volumes grow.</summary>
internal static class ClaimAdmission
{
    /// <exception cref="ApiException">403.</exception>
    public static void CheckGrowth(ObjectStore store, JsonObject? old, JsonObject claim)
    {
        if (old is null || Asked(claim).CompareTo(Asked(old)) <= 0)
        {
            return;
        }

        var name = claim.Map("spec").Text("storageClassName") ?? "";
        var storageClass = name.Length > 0 ? store.Get(ResourceKeys.Of("storageclasses", null, name)) : null;
        if (storageClass is null || JsonBytes.Parse(storageClass.Document).Flag("allowVolumeExpansion") != true)
        {
            throw ApiException.Forbidden(
                "persistentvolumeclaims", claim.Map("metadata").Text("name") ?? "", "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize");
        }
    }

    private static Quantity Asked(JsonObject claim) =>
        Quantity.TryParse(claim.Map("spec").Map("resources").Map("requests").Text("storage") ?? "0", out var amount) ? amount : default;
}
