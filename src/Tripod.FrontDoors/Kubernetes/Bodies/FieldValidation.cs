namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>What happens to fields outside the schema, as the request's <c>fieldValidation</c> says.</summary>
public enum FieldValidation
{
    /// <summary>Dropped in silence.</summary>
    Ignore,

    /// <summary>Dropped, and the client is told; what Kubernetes does when not asked otherwise.</summary>
    Warn,

    /// <summary>The request is refused.</summary>
    Strict,
}
