using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Admission.PodSecurity;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Admission;

/// <summary>What a cluster's admission has to say of a document that is valid and changes no more. Called before it is stored.</summary>
internal static class ValidatingAdmission
{
    /// <param name="store">Holds what it is compared with.</param>
    /// <param name="request">Gets the warnings.</param>
    /// <param name="old">As stored; null for a new object.</param>
    /// <param name="document">As it shall be stored.</param>
    /// <exception cref="ApiException">403 or 422.</exception>
    public static void Check(ObjectStore store, ApiRequest request, JsonObject? old, JsonObject document)
    {
        if (request.Kind.Kind == "PriorityClass")
        {
            PriorityAdmission.CheckClass(store, old, document);
        }

        if (request.Kind.Kind == "PersistentVolumeClaim")
        {
            ClaimAdmission.CheckGrowth(store, old, document);
        }

        SecurityAdmission.Check(store, request, old, document);
    }
}
