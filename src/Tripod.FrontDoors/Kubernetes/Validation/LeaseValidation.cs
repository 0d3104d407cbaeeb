using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>A lease's times and counts.</summary>
internal static class LeaseValidation
{
    public static void Validate(JsonObject lease, FieldErrors errors)
    {
        var spec = lease.Map("spec");
        if (spec.Number("leaseDurationSeconds") is <= 0 and var seconds)
        {
            errors.Add(FieldError.Invalid("spec.leaseDurationSeconds", seconds, "must be greater than 0"));
        }

        if (spec.Number("leaseTransitions") is < 0 and var transitions)
        {
            errors.Add(FieldError.Invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
        }

        if (spec.Text("preferredHolder") is { Length: > 0 } && spec.Text("strategy") is null or "")
        {
            errors.Add(FieldError.Forbidden("spec.preferredHolder", "must not be specified when `strategy` is not specified"));
        }
    }
}
