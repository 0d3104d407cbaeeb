using System.Text.Json;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>A document read by its kind's schema: what Kubernetes' typed decoding keeps, in the form it keeps it in.</summary>
/// <remarks>Nulls and empty optional values fall away, as they do in a round trip through Kubernetes' types.</remarks>
internal sealed class TypedDocument
{
    private readonly KindSchema schema;
    private readonly bool suggests;
    private readonly List<UnknownField> unknown = [];

    private TypedDocument(KindSchema schema, bool suggests)
    {
        this.schema = schema;
        this.suggests = suggests;
    }

    /// <exception cref="ApiException">400, a value is not of its field's type.</exception>
    public static JsonObject Read(JsonObject document, KindSchema schema, bool suggests, out IReadOnlyList<UnknownField> unknown)
    {
        var reader = new TypedDocument(schema, suggests);
        var result = reader.Members(document, schema.Type, null);
        unknown = reader.unknown;
        return result;
    }

    private JsonObject Members(JsonObject source, SchemaType type, Place? place)
    {
        var result = new JsonObject();
        foreach (var (name, value) in source)
        {
            if (type.Find(name) is not { } field)
            {
                Refuse(name, value, type, place);
                continue;
            }
            if (value is null)
            {
                continue;
            }
            var read = Value(value, field, new Place(place, name) { Type = field.Shape == FieldShape.Single ? field.Type : null });
            if (field.KeepsEmpty || field.IsPointer || !IsEmpty(read, field))
            {
                result[name] = read;
            }
        }
        return result;
    }

    private void Refuse(string name, JsonNode? value, SchemaType type, Place? place)
    {
        // A hostile body can have a million of them; nobody reads past the first few.
        if (unknown.Count < 100)
        {
            unknown.Add(new UnknownField(
                new Place(place, name).ToString(),
                suggests && unknown.Count < 20 ? FieldSuggestion.Find(place, name, value, type, schema.Type) : null));
        }
    }

    private JsonNode Value(JsonNode value, SchemaField field, Place place)
    {
        switch (field.Shape)
        {
            case FieldShape.List:
                var list = new JsonArray();
                foreach (var item in value as JsonArray ?? throw Mismatch(value, field, place))
                {
                    list.Add(Item(item, field.Element!, new Place(place, list.Count) { Type = field.Element!.Type }));
                }
                return list;
            case FieldShape.Map:
                var map = new JsonObject();
                foreach (var (key, item) in value as JsonObject ?? throw Mismatch(value, field, place))
                {
                    map[key] = Item(item, field.Element!, new Place(place, key) { Type = field.Element!.Type });
                }
                return map;
        }
        switch (field.Kind)
        {
            case FieldKind.Message:
                return Members(value as JsonObject ?? throw Mismatch(value, field, place), field.Type!, place);
            case FieldKind.Raw or FieldKind.Fields when JsonText.IsDeeper(value, JsonText.MaxDepth - 10):
                throw ApiException.BadRequest($"{place} is nested too deep");
            case FieldKind.Raw:
                return value.DeepClone();
            case FieldKind.Fields:
                return value is JsonObject ? value.DeepClone() : throw Mismatch(value, field, place);
        }
        if (value is not JsonValue scalar)
        {
            throw Mismatch(value, field, place);
        }
        return ScalarReading.Read(scalar, field.Kind, out var fault) ?? throw Mismatch(value, field, place, fault);
    }

    // A null in a list or map stands for the empty value, as in Go.
    private JsonNode Item(JsonNode? item, SchemaField element, Place place) =>
        item is not null
            ? Value(item, element, place)
            : element switch
            {
                { Shape: FieldShape.List } => new JsonArray(),
                { Kind: FieldKind.Message } => new JsonObject(),
                { Kind: FieldKind.Quantity } => JsonValue.Create("0"),
                { Kind: FieldKind.String or FieldKind.Bytes } => JsonValue.Create(""),
                { Kind: FieldKind.Bool } => JsonValue.Create(false),
                { Kind: FieldKind.Int32 or FieldKind.Int64 or FieldKind.IntOrString } => JsonText.Number(0),
                _ => throw Mismatch(null, element, place),
            };

    private static bool IsEmpty(JsonNode value, SchemaField field) =>
        value switch
        {
            JsonArray list => list.Count == 0,
            JsonObject map => map.Count == 0 && field.Shape == FieldShape.Map,
            _ => value.GetValueKind() switch
            {
                JsonValueKind.String => field.Kind is FieldKind.String or FieldKind.Bytes && value.GetValue<string>().Length == 0,
                JsonValueKind.False => true,
                JsonValueKind.Number => field.Kind is FieldKind.Int32 or FieldKind.Int64 && value.GetValue<long>() == 0,
                _ => false,
            },
        };

    private ApiException Mismatch(JsonNode? value, SchemaField field, Place place, string? fault = null)
    {
        var kind = value?.GetValueKind() ?? JsonValueKind.Null;
        var wanted = Describe(field);
        var detail = fault is null || fault.StartsWith("json:", StringComparison.Ordinal)
            ? $"json: cannot unmarshal {Shown(value, kind, field)} into Go struct field "
                + $"{Holder(place).Name}.{place.WithoutIndexes()} of type {wanted}"
            : fault;
        return ApiException.BadRequest(
            $"{schema.Kind} in version \"{schema.Version}\" cannot be handled as a {schema.Kind}: {detail}"
            + $" ({place} must be {Plain(field)})");
    }

    private SchemaType Holder(Place place)
    {
        var outer = place.Parent;
        while (outer is { Type: null })
        {
            outer = outer.Parent;
        }
        return outer?.Type ?? schema.Type;
    }

    private static string Shown(JsonNode? value, JsonValueKind kind, SchemaField field) =>
        kind == JsonValueKind.Number && field is { Shape: FieldShape.Single, Kind: FieldKind.Int32 or FieldKind.Int64 or FieldKind.IntOrString }
            ? $"number {value!.ToJsonString()}"
            : ScalarReading.Word(kind);

    private static string Describe(SchemaField field) =>
        field.Shape switch
        {
            FieldShape.List => "[]" + Describe(field.Element!),
            FieldShape.Map => "map[string]" + Describe(field.Element!),
            _ => field.Kind switch
            {
                FieldKind.Message => field.Type!.Name,
                FieldKind.Double => "float64",
                FieldKind.Bytes => "[]uint8",
                FieldKind.String or FieldKind.Bool or FieldKind.Int32 or FieldKind.Int64 => field.Kind.ToString().ToLowerInvariant(),
                _ => field.Kind.ToString(),
            },
        };

    private static string Plain(SchemaField field) =>
        field.Shape switch
        {
            FieldShape.List => "a list",
            FieldShape.Map => "a map",
            _ => field.Kind switch
            {
                FieldKind.Message or FieldKind.Fields => "an object",
                FieldKind.String => "a text: quote it",
                FieldKind.Bool => "true or false, without quotes",
                FieldKind.Int32 => "an integer of 32 bits, without quotes",
                FieldKind.Int64 => "an integer, without quotes",
                FieldKind.Double => "a number",
                FieldKind.Bytes => "a text in base64",
                FieldKind.Quantity => "an amount such as 500m or 64Mi",
                FieldKind.IntOrString => "an integer or a text",
                FieldKind.Duration => "a duration such as 1h30m",
                _ => "a time such as 2006-01-02T15:04:05Z",
            },
        };
}
