using System.Collections.Frozen;

namespace Tripod.FrontDoors.Kubernetes.Schema;

/// <summary>An object type of the API: its fields by JSON name and by protobuf number.</summary>
public sealed class SchemaType
{
    private readonly FrozenDictionary<string, SchemaField> byName;

    internal SchemaType(string name, bool isAtomic, IReadOnlyList<SchemaField> members)
    {
        Name = name[(name.LastIndexOf('.') + 1)..];
        IsAtomic = isAtomic;
        Members = members;
        Fields = [.. members.SelectMany(m => m.IsInline ? m.Type!.Fields : [m])];
        byName = Fields.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);
    }

    /// <summary>Name without group, as it stands in Kubernetes' documentation.</summary>
    public string Name { get; }

    /// <summary>Under server-side apply one manager owns the whole object.</summary>
    public bool IsAtomic { get; }

    /// <summary>The fields of the JSON object, inlined ones included.</summary>
    public IReadOnlyList<SchemaField> Fields { get; }

    /// <summary>The fields of the protobuf message, inlined messages unopened.</summary>
    public IReadOnlyList<SchemaField> Members { get; }

    public SchemaField? Find(string name) => byName.GetValueOrDefault(name);

    // Messages have few fields: a scan is as quick as a table and costs no memory.
    public SchemaField? FindNumber(int number)
    {
        foreach (var member in Members)
        {
            if (member.Number == number)
            {
                return member;
            }
        }
        return null;
    }
}
