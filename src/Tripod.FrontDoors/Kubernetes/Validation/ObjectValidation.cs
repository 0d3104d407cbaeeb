using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>Takes a document from create and update, its defaults filled in, and says what keeps it from being stored.</summary>
public static class ObjectValidation
{
    public static IReadOnlyList<FieldError> Validate(JsonObject document, KindSchema schema)
    {
        if (schema is { Group: "", Kind: "Pod" })
        {
            return PodValidation.Validate(document);
        }
        var errors = new FieldErrors();
        MetadataValidation.Validate(document, schema.Kind, errors);
        ValidateContent(document, schema, errors);
        return errors.All;
    }

    public static IReadOnlyList<FieldError> ValidateUpdate(JsonObject old, JsonObject changed, KindSchema schema)
    {
        if (schema is { Group: "", Kind: "Pod" })
        {
            return PodValidation.ValidateUpdate(old, changed);
        }
        var errors = new FieldErrors();
        MetadataValidation.Validate(changed, schema.Kind, errors);
        MetadataValidation.ValidateUpdate(old, changed, errors);
        ValidateContent(changed, schema, errors);
        switch (schema.Kind)
        {
            case "ConfigMap": ConfigMapValidation.ValidateUpdate(old, changed, errors, "data", "binaryData"); break;
            case "Secret": SecretValidation.ValidateUpdate(old, changed, errors); break;
            case "PersistentVolumeClaim": StorageUpdateValidation.ValidateClaim(old, changed, errors); break;
            case "PersistentVolume": StorageUpdateValidation.ValidateVolume(old, changed, errors); break;
            case "StorageClass": StorageUpdateValidation.ValidateClass(old, changed, errors); break;
            case "RuntimeClass": ClassValidation.ValidateRuntimeUpdate(old, changed, errors); break;
            case "PriorityClass": ClassValidation.ValidatePriorityUpdate(old, changed, errors); break;
            case "ClusterTrustBundle": TrustBundleValidation.ValidateUpdate(old, changed, errors); break;
            case "RoleBinding" or "ClusterRoleBinding": RoleValidation.ValidateBindingUpdate(old, changed, errors); break;
        }
        return errors.All;
    }

    private static void ValidateContent(JsonObject document, KindSchema schema, FieldErrors errors)
    {
        switch (schema.ApiVersion, schema.Kind)
        {
            case ("v1", "ConfigMap"): ConfigMapValidation.Validate(document, errors); break;
            case ("v1", "Secret"): SecretValidation.Validate(document, errors); break;
            case ("v1", "PersistentVolumeClaim"): StorageValidation.ValidateClaim(document, errors); break;
            case ("v1", "PersistentVolume"): StorageValidation.ValidateVolume(document, errors); break;
            case ("storage.k8s.io/v1", "StorageClass"): StorageValidation.ValidateClass(document, errors); break;
            case ("node.k8s.io/v1", "RuntimeClass"): ClassValidation.ValidateRuntime(document, errors); break;
            case ("scheduling.k8s.io/v1", "PriorityClass"): ClassValidation.ValidatePriority(document, errors); break;
            case ("v1", "Event"): EventValidation.Validate(document, errors); break;
            case ("v1", "PodTemplate"): PodValidation.ValidateSpec(document.Map("template").Map("spec") ?? [], "template.spec", errors); break;
            case ("certificates.k8s.io/v1beta1", "ClusterTrustBundle"): TrustBundleValidation.Validate(document, errors); break;
            case ("coordination.k8s.io/v1", "Lease"): LeaseValidation.Validate(document, errors); break;
            case ("rbac.authorization.k8s.io/v1", "Role" or "ClusterRole"): RoleValidation.ValidateRole(document, errors); break;
            case ("rbac.authorization.k8s.io/v1", "RoleBinding" or "ClusterRoleBinding"): RoleValidation.ValidateBinding(document, errors); break;
        }
    }
}
