using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>What is wrong with one document, in the order in which it was found.</summary>
internal sealed class FieldErrors
{
    // A hostile document can be wrong in a million places; nobody reads past the first few.
    private const int Most = 100;

    private readonly List<FieldError> errors = [];

    public IReadOnlyList<FieldError> All => errors;

    public void Add(FieldError error)
    {
        if (errors.Count < Most)
        {
            errors.Add(error);
        }
    }

    /// <summary>Adds a fault of the value for every message.</summary>
    public void Invalid(string path, JsonNode? value, IEnumerable<string> messages)
    {
        foreach (var message in messages)
        {
            Add(FieldError.Invalid(path, value, message));
        }
    }

    public void Invalid(string path, string value, IEnumerable<string> messages) =>
        Invalid(path, (JsonNode?)JsonValue.Create(value), messages);

    /// <summary>A text that must be there.</summary>
    /// <returns>The text, or null with the fault noted.</returns>
    public string? Required(JsonObject map, string name, string path, string why = "")
    {
        if (map.Text(name) is { Length: > 0 } text)
        {
            return text;
        }
        Add(FieldError.Required(At(path, name), why));
        return null;
    }

    /// <summary>A text that, where there is one, is one of these.</summary>
    public void OneOf(JsonObject map, string name, string path, params string[] supported)
    {
        if (map.Text(name) is { Length: > 0 } text && !supported.Contains(text))
        {
            Add(FieldError.NotSupported(At(path, name), JsonValue.Create(text), supported));
        }
    }

    public void NotNegative(JsonObject map, string name, string path)
    {
        if (map.Number(name) is < 0 and var number)
        {
            Add(FieldError.Invalid($"{path}.{name}", number, "must be greater than or equal to 0"));
        }
    }

    public void InRange(JsonObject? map, string name, string path, long least, long most)
    {
        if (map.Number(name) is { } number)
        {
            Invalid($"{path}.{name}", number, NameRules.Range(number, least, most));
        }
    }

    /// <param name="path">Empty for the document itself.</param>
    /// <param name="name">Of a field in it.</param>
    private static string At(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
