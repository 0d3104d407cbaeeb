namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>One field of a type, or the element of a list or map field.</summary>
public sealed class SchemaField
{
    private readonly Func<string, SchemaType> find;
    private readonly string typeName;

    private SchemaField(string name, int number, string type, string[] flags, Func<string, SchemaType> find)
    {
        Name = name;
        Utf8Name = System.Text.Encoding.UTF8.GetBytes(name);
        Number = number;
        this.find = find;
        typeName = type;
        if (type.StartsWith("[]", StringComparison.Ordinal) || type.StartsWith("{}", StringComparison.Ordinal))
        {
            Shape = type[0] == '[' ? FieldShape.List : FieldShape.Map;
            Element = new SchemaField(name, number, type[2..], [], find);
            Kind = Element.Kind;
            typeName = Element.typeName;
        }
        else
        {
            Kind = Enum.TryParse<FieldKind>(type, ignoreCase: true, out var kind) && char.IsAsciiLetterLower(type[0])
                ? kind
                : FieldKind.Message;
        }
        foreach (var flag in flags)
        {
            SetFlag(flag);
        }
    }

    public string Name { get; }

    /// <summary>To look it up in a document's own bytes.</summary>
    internal ReadOnlyMemory<byte> Utf8Name { get; }

    /// <summary>Protobuf number, 0 when the field exists in JSON only.</summary>
    public int Number { get; }

    public FieldKind Kind { get; }

    public FieldShape Shape { get; }

    /// <summary>What a list or map holds; null for a single value.</summary>
    public SchemaField? Element { get; }

    /// <summary>The type of a <see cref="FieldKind.Message"/> value, also through list and map.</summary>
    public SchemaType? Type => Kind == FieldKind.Message ? find(typeName) : null;

    /// <summary>Its members stand in the parent's JSON object, in protobuf in a message of their own.</summary>
    public bool IsInline => Name == "+";

    /// <summary>Written even when empty.</summary>
    public bool KeepsEmpty { get; private set; }

    /// <summary>Absent is not the same as empty.</summary>
    public bool IsPointer { get; private set; }

    /// <summary>A strategic merge patch merges the list rather than replacing it, by <see cref="MergeKey"/> if there is one.</summary>
    public bool PatchMerges { get; private set; }

    public string? MergeKey { get; private set; }

    /// <summary>A strategic merge patch replaces the object as a whole.</summary>
    public bool PatchReplaces { get; private set; }

    public bool RetainsKeys { get; private set; }

    /// <summary>Keys that identify an item under server-side apply; empty for a set or an atomic list.</summary>
    public IReadOnlyList<string> ListKeys { get; private set; } = [];

    public bool IsSet { get; private set; }

    /// <summary>Under server-side apply one manager owns the whole value.</summary>
    public bool IsAtomic =>
        Shape switch
        {
            FieldShape.List => !IsSet && ListKeys.Count == 0,
            FieldShape.Map => AtomicMap,
            _ => Kind != FieldKind.Message || Type!.IsAtomic,
        };

    /// <summary>What a missing key of a list under server-side apply stands for.</summary>
    public string? DefaultKey { get; private set; }

    private bool AtomicMap { get; set; }

    internal static SchemaField Parse(ReadOnlySpan<char> line, Func<string, SchemaType> find)
    {
        var parts = line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new SchemaField(
            parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), parts[2], parts[3..], find);
    }

    private void SetFlag(string flag)
    {
        var (name, value) = flag.IndexOf('=', StringComparison.Ordinal) is var at and >= 0
            ? (flag[..at], flag[(at + 1)..])
            : (flag, null);
        switch (name)
        {
            case "!": KeepsEmpty = true; break;
            case "?": IsPointer = true; break;
            case "merge": PatchMerges = true; MergeKey = value; break;
            case "replace": PatchReplaces = true; break;
            case "retainKeys": RetainsKeys = true; break;
            case "keys": ListKeys = value!.Split(','); break;
            case "set": IsSet = true; break;
            case "atomic": AtomicMap = true; break;
            case "default": DefaultKey = value; break;
            default: throw new InvalidDataException($"schema: field {Name} has the unknown flag {flag}");
        }
    }
}
