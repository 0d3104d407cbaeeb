using System.Collections.Concurrent;

namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>Reads <c>types.txt</c>: kinds at once, a type when it is first asked for, so that what nobody sends costs nothing.</summary>
internal sealed class SchemaTable
{
    private readonly Dictionary<string, string> blocks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SchemaType> types = new(StringComparer.Ordinal);
    private readonly Dictionary<(string ApiVersion, string Kind), KindLine> kinds = [];

    public SchemaTable(TextReader text)
    {
        List<string> block = [];
        while (text.ReadLine() is { } line)
        {
            if (line.StartsWith(' '))
            {
                block.Add(line);
            }
            else if (line.StartsWith("kind ", StringComparison.Ordinal))
            {
                var parts = line.Split(' ');
                kinds.Add((parts[1], parts[2]), new KindLine(parts[3]));
            }
            else if (line.StartsWith("type ", StringComparison.Ordinal))
            {
                Keep(block);
                block = [line];
            }
        }
        Keep(block);
    }

    public IEnumerable<(string ApiVersion, string Kind)> Kinds => kinds.Keys;

    public KindSchema? Find(string group, string version, string kind)
    {
        if (!kinds.TryGetValue((group.Length == 0 ? version : $"{group}/{version}", kind), out var line))
        {
            return null;
        }
        return line.Schema ??= new KindSchema(group, version, kind, FindType(line.Type));
    }

    public SchemaType FindType(string name) => types.GetOrAdd(name, Parse);

    private void Keep(List<string> block)
    {
        if (block.Count > 0)
        {
            blocks.Add(block[0].Split(' ')[1], string.Join('\n', block));
        }
    }

    private SchemaType Parse(string name)
    {
        if (!blocks.TryGetValue(name, out var block))
        {
            throw new InvalidDataException($"schema: no type {name}");
        }
        var lines = block.Split('\n');
        var fields = new SchemaField[lines.Length - 1];
        for (var i = 1; i < lines.Length; i++)
        {
            fields[i - 1] = SchemaField.Parse(lines[i], FindType);
        }
        return new SchemaType(name, lines[0].EndsWith(" atomic", StringComparison.Ordinal), fields);
    }

    private sealed class KindLine(string type)
    {
        public string Type { get; } = type;

        public KindSchema? Schema { get; set; }
    }
}
