using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;
using Tripod.FrontDoors.Kubernetes.Tables;
using Tripod.FrontDoors.Kubernetes.Validation;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>All that the door knows of one kind: a row of <see cref="KindRegistry"/>. Handlers know no kind.</summary>
internal sealed record ServedKind
{
    public string Group { get; init; } = "";
    public string Version { get; init; } = "v1";
    public required string Kind { get; init; }
    public required string Plural { get; init; }
    public required string Singular { get; init; }
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];
    public bool Namespaced { get; init; } = true;
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    public required IReadOnlyList<TableColumn> Columns { get; init; }

    /// <summary>One cell (text or integer) per column, of a document as stored, at a moment.</summary>
    public required Func<JsonElement, DateTimeOffset, IReadOnlyList<object>> Row { get; init; }

    /// <summary>Beside name and namespace, which every kind has; read from documents as stored.</summary>
    public IReadOnlyDictionary<string, Func<JsonElement, string>> Selectable { get; init; } = new Dictionary<string, Func<JsonElement, string>>();

    /// <summary>Done to a new document before its defaults: dropping what clients may not set.</summary>
    public Action<JsonObject> PrepareForCreate { get; init; } = _ => { };

    /// <summary>Done to the changed document (second), given the stored one (first), when it is not its status that is written.</summary>
    public Action<JsonObject, JsonObject> PrepareForUpdate { get; init; } = (_, _) => { };

    /// <summary>Its spec has a generation that counts its changes.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>PUT makes the object where there is none.</summary>
    public bool CreatesOnUpdate { get; init; }

    /// <summary>What else than removal a delete means; null: it goes at once.</summary>
    public Deletion Deletion { get; init; } = Deletion.AtOnce;

    /// <summary>Another version of the same stored objects; null for a kind that is stored as it is shown.</summary>
    public StoredForm? StoredAs { get; init; }

    /// <summary>The rules of a part that is written as the object is; null for the object itself, its status and parts that have a handler.</summary>
    public PartRules? RulesOf(string? part) => Subresources.FirstOrDefault(subresource => subresource.Name == part)?.Rules;

    public bool HasStatus => Subresources.Any(subresource => subresource.Name == "status");

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As errors name it: <c>pods</c>, <c>events.events.k8s.io</c>.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    /// <summary>What clients send and are sent.</summary>
    public KindSchema Schema => SchemaRegistry.Find(Group, Version, Kind) ?? throw new InvalidOperationException($"no schema of {ApiVersion} {Kind}");

    public KindSchema StoredSchema => StoredAs?.Schema ?? Schema;

    /// <summary>The resource in the store's keys.</summary>
    public string StoreResource => StoredAs?.Resource ?? Plural;

    public Func<JsonElement, string>? SelectableField(string field) => field switch
    {
        "metadata.name" => document => document.Text("metadata", "name"),
        "metadata.namespace" when Namespaced => document => document.Text("metadata", "namespace"),
        _ => Selectable.GetValueOrDefault(field),
    };

    /// <summary>The object as clients of this version see it.</summary>
    public ReadOnlyMemory<byte> Render(StoredObject stored) =>
        StoredAs is null ? stored.Document : JsonBytes.Of(StoredAs.Show((JsonObject)JsonNode.Parse(stored.Document.Span)!));

    public JsonObject Show(JsonObject stored) => StoredAs?.Show(stored) ?? stored;

    public JsonObject Keep(JsonObject shown) => StoredAs?.Keep(shown) ?? shown;
}

/// <summary>What a delete means for a kind.</summary>
internal enum Deletion
{
    AtOnce,

    /// <summary>The pod engine ends it within its grace.</summary>
    Graceful,

    /// <summary>The namespace controller empties it first.</summary>
    ByController,
}

/// <param name="Name">Last part of the path.</param>
/// <param name="Kind">What is sent and answered there.</param>
/// <param name="Verbs">As discovery shows them.</param>
/// <param name="ApiVersion">Of <paramref name="Kind"/>, where it is not that of the resource.</param>
/// <param name="Rules">For a part that is read and written as the object is; null: its handler knows.</param>
internal sealed record Subresource(string Name, string Kind, IReadOnlyList<string> Verbs, string ApiVersion = "", PartRules? Rules = null);

/// <summary>What a write to a part of an object may change of it.</summary>
/// <param name="Limit">Done to the changed document (second): all but the part is taken from the stored one (first).</param>
/// <param name="Validate">What keeps the changed document (second) from being stored, given the stored one (first).</param>
internal sealed record PartRules(Action<JsonObject, JsonObject> Limit, Func<JsonObject, JsonObject, IReadOnlyList<FieldError>> Validate);

/// <summary>How a second version of a kind is kept.</summary>
/// <param name="Schema">Of the document as stored.</param>
/// <param name="Resource">In the store's keys.</param>
/// <param name="Show">Stored to shown; takes the tree it is given.</param>
/// <param name="Keep">Shown to stored; takes the tree it is given.</param>
internal sealed record StoredForm(KindSchema Schema, string Resource, Func<JsonObject, JsonObject> Show, Func<JsonObject, JsonObject> Keep);
