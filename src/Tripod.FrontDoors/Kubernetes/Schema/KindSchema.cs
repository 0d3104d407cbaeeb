namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>A kind of the API with the type of its document.</summary>
public sealed class KindSchema(string group, string version, string kind, SchemaType type)
{
    /// <summary>Empty for the core group.</summary>
    public string Group { get; } = group;

    public string Version { get; } = version;

    public string Kind { get; } = kind;

    public SchemaType Type { get; } = type;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public override string ToString() => $"{ApiVersion} {Kind}";
}
