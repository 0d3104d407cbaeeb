namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>Every kind whose documents can be decoded. Whether a kind is served is the door's matter.</summary>
public static class SchemaRegistry
{
    private static readonly Lazy<SchemaTable> Table = new(Load);

    public static IEnumerable<(string ApiVersion, string Kind)> Kinds => Table.Value.Kinds;

    /// <summary>The body of a DELETE request; clients send it as <c>v1</c> and as <c>meta.k8s.io/v1</c>.</summary>
    public static KindSchema DeleteOptions => Find("meta.k8s.io", "v1", "DeleteOptions")!;

    /// <summary>Refusals within a watch. On the wire it is one of the core group's.</summary>
    public static KindSchema Status { get; } = new("", "v1", "Status", Find("meta.k8s.io", "v1", "Status")!.Type);

    /// <param name="group">Empty for the core group.</param>
    /// <param name="version">As <c>v1</c>.</param>
    /// <param name="kind">As <c>Pod</c>.</param>
    public static KindSchema? Find(string group, string version, string kind) => Table.Value.Find(group, version, kind);

    /// <param name="apiVersion"><c>v1</c> or <c>apps/v1</c>.</param>
    /// <param name="kind">As <c>Pod</c>.</param>
    public static KindSchema? Find(string apiVersion, string kind)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? Find("", apiVersion, kind) : Find(apiVersion[..slash], apiVersion[(slash + 1)..], kind);
    }

    private static SchemaTable Load()
    {
        using var stream = typeof(SchemaRegistry).Assembly.GetManifestResourceStream("Tripod.Kubernetes.types.txt")
            ?? throw new InvalidDataException("schema: types.txt is not in the program");
        using var reader = new StreamReader(stream);
        return new SchemaTable(reader);
    }
}
