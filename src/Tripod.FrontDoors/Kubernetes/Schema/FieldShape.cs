namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>How often a field's value occurs.</summary>
public enum FieldShape
{
    Single,
    List,

    /// <summary>An object whose keys are the user's.</summary>
    Map,
}
