using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.FrontDoors.Kubernetes.Validation;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>One kind that is served: a row of <see cref="KindRegistry"/>, in a file of its own.</summary>
public sealed record ApiKind
{
    public string Group { get; init; } = "";
    public string Version { get; init; } = "v1";
    public required string Kind { get; init; }
    public required string Plural { get; init; }
    public required string Singular { get; init; }
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];
    public required bool Namespaced { get; init; }

    /// <summary>Subresources besides those with handlers of their own: <c>status</c>.</summary>
    public IReadOnlyList<string> Subresources { get; init; } = [];

    /// <summary>The store's name for the collection, where another kind shows the same objects.</summary>
    public string? StoredAs { get; init; }

    public required IReadOnlyList<Column> Columns { get; init; }

    /// <summary>Cells of one row; pure.</summary>
    public required Func<JsonObject, DateTimeOffset, IReadOnlyList<JsonNode?>> Row { get; init; }

    /// <summary>Field selectors besides metadata.name and metadata.namespace: the field and how its value is found.</summary>
    public IReadOnlyDictionary<string, Func<JsonObject, string>> SelectableFields { get; init; } = new Dictionary<string, Func<JsonObject, string>>();

    /// <summary>Called on a new object, defaults included.</summary>
    public Func<JsonObject, IReadOnlyList<FieldError>> Validate { get; init; } = _ => [];

    /// <summary>Called with the old and the new object.</summary>
    public Func<JsonObject, JsonObject, IReadOnlyList<FieldError>> ValidateUpdate { get; init; } = (_, _) => [];

    /// <summary>Whether generation counts the changes of its spec.</summary>
    public bool HasGeneration { get; init; }

    public KindSchema Schema => SchemaRegistry.Find(Group, Version, Kind) ?? throw new InvalidOperationException($"no schema for {Kind}");

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>pods</c>, <c>events.events.k8s.io</c>: as messages name it.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string Collection => StoredAs ?? Plural;

    public static readonly IReadOnlyList<string> Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
}
