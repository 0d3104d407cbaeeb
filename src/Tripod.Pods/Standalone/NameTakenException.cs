namespace Tripod.Pods.Standalone;

/// <summary>A container has the name already; it must be removed or renamed first.</summary>
public sealed class NameTakenException(string name, string id) : Exception($"the container name {name} is in use by container {id}")
{
    public string Name { get; } = name;

    public string Id { get; } = id;
}
