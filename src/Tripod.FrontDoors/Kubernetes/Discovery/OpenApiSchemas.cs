using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Discovery;

/// <summary>The types of the schema table as OpenAPI has them, for <c>kubectl explain</c> and editors: every type that a kind reaches.</summary>
internal sealed class OpenApiSchemas(string version)
{
    private const string Reference = "https://kubernetes.io/docs/reference/kubernetes-api/";

    private readonly Dictionary<string, JsonObject?> schemas = new(StringComparer.Ordinal);

    /// <summary>Adds the kind with all that it reaches.</summary>
    public void Add(KindSchema kind, string name)
    {
        var schema = TypeOf(kind.Type, $"{kind.Kind} of {kind.ApiVersion}. {Reference} says what its fields mean.");
        schema["x-kubernetes-group-version-kind"] = new JsonArray(new JsonObject { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind });
        schemas[name] = schema;
    }

    public JsonObject All() => new(schemas.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private JsonObject TypeOf(SchemaType type, string description)
    {
        var properties = new JsonObject();
        foreach (var field in type.Fields)
        {
            properties[field.Name] = Field(field);
        }

        return new() { ["type"] = "object", ["description"] = description, ["properties"] = properties };
    }

    private JsonObject Field(SchemaField field) => field.Shape switch
    {
        FieldShape.List => List(field),
        FieldShape.Map => new() { ["type"] = "object", ["additionalProperties"] = Value(field.Element!) },
        _ => Value(field),
    };

    private JsonObject List(SchemaField field)
    {
        var list = new JsonObject
        {
            ["type"] = "array",
            ["items"] = Value(field.Element!),
            ["x-kubernetes-list-type"] = field.ListKeys.Count > 0 ? "map" : field.IsSet ? "set" : "atomic",
        };
        Json.AddTexts(list, "x-kubernetes-list-map-keys", field.ListKeys);
        if (field.PatchMerges)
        {
            list["x-kubernetes-patch-strategy"] = field.RetainsKeys ? "merge,retainKeys" : "merge";
        }

        if (field.MergeKey is { } key)
        {
            list["x-kubernetes-patch-merge-key"] = key;
        }

        return list;
    }

    private JsonObject Value(SchemaField field) => field.Kind switch
    {
        FieldKind.Message => new() { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/components/schemas/{Refer(field.Type!)}" }) },
        FieldKind.Bool => Of("boolean"),
        FieldKind.Int32 => Of("integer", "int32"),
        FieldKind.Int64 => Of("integer", "int64"),
        FieldKind.Double => Of("number", "double"),
        FieldKind.Bytes => Of("string", "byte"),
        FieldKind.Time or FieldKind.MicroTime => Of("string", "date-time"),
        FieldKind.IntOrString => Of("string", "int-or-string"),
        FieldKind.Raw or FieldKind.Fields => Of("object"),
        _ => Of("string"),
    };

    private string Refer(SchemaType type)
    {
        var name = $"io.k8s.api.{version}.{type.Name}";
        if (schemas.TryAdd(name, null))
        {
            // Reserved first: types such as JSONSchemaProps reach themselves.
            schemas[name] = TypeOf(type, $"{Reference} says what its fields mean.");
        }

        return name;
    }

    private static JsonObject Of(string type, string? format = null)
    {
        var value = new JsonObject { ["type"] = type };
        if (format is not null)
        {
            value["format"] = format;
        }

        return value;
    }
}
