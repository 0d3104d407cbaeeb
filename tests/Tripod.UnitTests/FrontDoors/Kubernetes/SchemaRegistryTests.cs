using Tripod.FrontDoors.Kubernetes.Schema;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class SchemaRegistryTests
{
    [Fact]
    public void Every_type_that_a_kind_reaches_is_there()
    {
        var seen = new HashSet<SchemaType>();
        foreach (var (apiVersion, kind) in SchemaRegistry.Kinds)
        {
            Walk(Docs.Kind(kind, apiVersion).Type, seen);
        }
        Assert.True(seen.Count > 300, $"{seen.Count} types");
    }

    [Fact]
    public void Merge_keys_name_fields_of_the_items()
    {
        var seen = new HashSet<SchemaType>();
        foreach (var (apiVersion, kind) in SchemaRegistry.Kinds)
        {
            Walk(Docs.Kind(kind, apiVersion).Type, seen);
        }
        foreach (var field in seen.SelectMany(t => t.Fields))
        {
            string[] keys = field.MergeKey is null ? [.. field.ListKeys] : [field.MergeKey, .. field.ListKeys];
            Assert.All(keys, k => Assert.NotNull(field.Type!.Find(k)));
        }
    }

    [Fact]
    public void Inlined_members_stand_in_the_parent()
    {
        var volume = Docs.Kind("Pod").Type.Find("spec")!.Type!.Find("volumes")!.Type!;
        Assert.NotNull(volume.Find("hostPath"));
        Assert.Null(volume.FindNumber(1)!.Type);
        Assert.True(volume.FindNumber(2)!.IsInline);
    }

    [Fact]
    public void A_kind_of_another_version_is_not_found() =>
        Assert.Null(SchemaRegistry.Find("", "v1beta1", "Pod"));

    private static void Walk(SchemaType type, HashSet<SchemaType> seen)
    {
        if (seen.Add(type))
        {
            foreach (var inner in type.Fields.Select(f => f.Type).OfType<SchemaType>())
            {
                Walk(inner, seen);
            }
        }
    }
}
