namespace Tripod.FrontDoors.Kubernetes.Tables;

internal static class CommonColumns
{
    public static readonly Column Name = new("Name", Format: "name", Description: "Name must be unique within a namespace.");
    public static readonly Column Age = new("Age", Description: "The time since the object was created.");
}
