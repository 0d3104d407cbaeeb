using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>A parser's events to JSON nodes, with a bound on what aliases may blow up to.</summary>
internal sealed class YamlReader
{
    private const int MaxAliasedNodes = 100_000;

    private readonly string text;
    private readonly Parser parser;
    private readonly Dictionary<AnchorName, JsonNode?> anchors = [];
    private readonly HashSet<AnchorName> open = [];
    private int aliased;

    public YamlReader(string text)
    {
        this.text = text;
        parser = new Parser(new StringReader(text));
    }

    /// <summary>The line that was read last, from 1.</summary>
    public long Line => parser.Current?.End.Line ?? 1;

    /// <returns>False at the end.</returns>
    public bool ReadDocument(out JsonNode? document, out long line)
    {
        (document, line) = (null, 0);
        parser.TryConsume<StreamStart>(out _);
        if (parser.Accept<StreamEnd>(out _))
        {
            return false;
        }
        parser.Consume<DocumentStart>();
        anchors.Clear();
        line = parser.Current!.Start.Line;
        document = Node(0);
        parser.Consume<DocumentEnd>();
        return true;
    }

    private JsonNode? Node(int depth)
    {
        switch (parser.Current)
        {
            case AnchorAlias alias:
                parser.MoveNext();
                return Aliased(alias);
            case Scalar scalar:
                parser.MoveNext();
                return Keep(scalar, Value(scalar));
            case SequenceStart start:
                Enter(start, depth);
                var list = new JsonArray();
                while (!parser.TryConsume<SequenceEnd>(out _))
                {
                    list.Add(Node(depth + 1));
                }
                return Keep(start, list);
            case MappingStart start:
                Enter(start, depth);
                return Keep(start, Mapping(depth));
            case var other:
                throw Fault(other!, "unexpected content");
        }
    }

    private JsonObject Mapping(int depth)
    {
        var map = new JsonObject();
        List<JsonObject>? merges = null;
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var at = parser.Current!;
            if (at is Scalar { Value: "<<", Style: ScalarStyle.Plain })
            {
                parser.MoveNext();
                (merges ??= []).AddRange(Merged(Node(depth + 1), at));
                continue;
            }
            var key = YamlScalar.Key(Node(depth + 1)) ?? throw Fault(at, "a key must be a text, a number or a boolean");
            if (map.ContainsKey(key))
            {
                throw Fault(at, $"key \"{key}\" already set in map");
            }
            map[key] = Node(depth + 1);
        }
        foreach (var (key, value) in (merges ?? []).SelectMany(m => m))
        {
            if (!map.ContainsKey(key))
            {
                map[key] = value?.DeepClone();
            }
        }
        return map;
    }

    private IEnumerable<JsonObject> Merged(JsonNode? value, ParsingEvent at) =>
        value switch
        {
            JsonObject map => [map],
            JsonArray list when list.All(i => i is JsonObject) => list.OfType<JsonObject>(),
            _ => throw Fault(at, "map merge requires map or sequence of maps as the value"),
        };

    private JsonNode? Value(Scalar scalar)
    {
        try
        {
            return YamlScalar.Resolve(
                scalar.Value, scalar.Style == ScalarStyle.Plain, scalar.Tag.IsEmpty ? "" : scalar.Tag.Value);
        }
        catch (FormatException fault)
        {
            throw Fault(scalar, fault.Message);
        }
    }

    private void Enter(NodeEvent start, int depth)
    {
        if (depth >= JsonText.MaxDepth)
        {
            throw Fault(start, "nested too deep");
        }
        if (!start.Anchor.IsEmpty)
        {
            open.Add(start.Anchor);
        }
        parser.MoveNext();
    }

    private JsonNode? Keep(NodeEvent start, JsonNode? value)
    {
        if (!start.Anchor.IsEmpty)
        {
            open.Remove(start.Anchor);
            anchors[start.Anchor] = value;
        }
        return value;
    }

    private JsonNode? Aliased(AnchorAlias alias)
    {
        if (open.Contains(alias.Value))
        {
            throw Fault(alias, $"anchor '{alias.Value}' value contains itself");
        }
        if (!anchors.TryGetValue(alias.Value, out var value))
        {
            throw Fault(alias, $"unknown anchor '{alias.Value}' referenced");
        }
        aliased += Count(value);
        return aliased <= MaxAliasedNodes ? value?.DeepClone() : throw Fault(alias, "document contains excessive aliasing");
    }

    private static int Count(JsonNode? node) =>
        node switch
        {
            JsonObject map => 1 + map.Sum(f => Count(f.Value)),
            JsonArray list => 1 + list.Sum(Count),
            _ => 1,
        };

    private YamlFault Fault(ParsingEvent at, string reason) => YamlFault.At(text, at.Start.Line, at.Start.Column, reason);
}
