using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tripod.Objects.Describing;

/// <summary>Kinds that have no description of their own: the fields as they stand, their names in words.</summary>
internal static partial class OtherDescription
{
    private static readonly string[] Served = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "name", "namespace", "labels", "annotations"];

    public static void Describe(Description text, JsonObject document)
    {
        Fields(text, 0, new JsonObject(document.Where(field => field.Key is not ("kind" or "metadata")).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))));
        var metadata = document["metadata"]!.AsObject().Where(field => !Served.Contains(field.Key)).ToList();
        text.Add(0, "Created", Description.Time(document["metadata"]!["creationTimestamp"]));
        if (metadata.Count > 0)
        {
            text.Title(0, "Metadata:");
            Fields(text, 1, new JsonObject(metadata.Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone()))));
        }
    }

    public static void Fields(Description text, int level, JsonObject fields)
    {
        foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            switch (value)
            {
                case JsonObject map:
                    text.Title(level, $"{Words(name)}:");
                    Fields(text, level + 1, map);
                    break;
                case JsonArray list:
                    text.Title(level, $"{Words(name)}:");
                    foreach (var item in list)
                    {
                        Item(text, level + 1, item);
                    }

                    break;
                default:
                    text.Add(level, Words(name), value is null ? "<nil>" : JsonPath.Text(value));
                    break;
            }
        }
    }

    private static void Item(Description text, int level, JsonNode? item)
    {
        if (item is JsonObject map)
        {
            Fields(text, level, map);
        }
        else
        {
            text.Title(level, item is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string)value! : JsonText.Of(item));
        }
    }

    /// <summary><c>restartPolicy</c> is Restart Policy; what is no field's name stays as it is.</summary>
    private static string Words(string name) => !Name().IsMatch(name) ? name : string.Join(' ', Word().Matches(name).Select(word => word.Value switch
    {
        "api" => "API",
        "uid" => "UID",
        "ip" => "IP",
        var other => char.ToUpperInvariant(other[0]) + other[1..],
    }));

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
