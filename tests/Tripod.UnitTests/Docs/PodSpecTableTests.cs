using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using k8s.Models;
using Tripod.FrontDoors.Kubernetes.Schema;
using Xunit;

namespace Tripod.UnitTests.Docs;

/// <summary>docs/pod-spec.md leaves out no field of a pod's spec and status, and names no test that is not there.</summary>
public sealed partial class PodSpecTableTests
{
    /// <summary>Of versions after 1.36, which the library knows already; here they are unknown fields, and told as such.</summary>
    private static readonly string[] Later =
    [
        "spec.containers.lifecycle.postStart.httpGet.protocol", "spec.containers.livenessProbe.grpc.mode", "spec.containers.volumeMounts.bindMountOptions", "spec.evictionResponders",
        "spec.volumes.configMap.defaultUser", "spec.volumes.configMap.items.user", "spec.volumes.downwardAPI.defaultUser", "spec.volumes.downwardAPI.items.user", "spec.volumes.emptyDir.mode",
        "spec.volumes.projected.defaultUser", "spec.volumes.projected.sources.clusterTrustBundle.user", "spec.volumes.projected.sources.podCertificate.user",
        "spec.volumes.projected.sources.serviceAccountToken.user", "spec.volumes.secret.defaultUser",
        "status.containerStatuses.volumeMounts.volumeStatus", "status.nodeAllocatableResourceClaimStatuses", "status.volumeHealth",
    ];

    private static readonly SchemaType Pod = SchemaRegistry.Find("v1", "Pod")!.Type;

    private static readonly string Text = DocumentTable.Read("pod-spec.md");

    /// <summary>Types with a table of their own, each with the paths in its rows; a path that ends in <c>.*</c> stands for all below.</summary>
    private static readonly Dictionary<string, List<string>> Tables = Section().Matches(Text).ToDictionary(
        section => section.Groups[1].Value,
        section => Row().Matches(section.Groups[2].Value).SelectMany(row => Name().Matches(row.Groups[1].Value)).Select(name => name.Groups[1].Value).ToList(),
        StringComparer.Ordinal);

    private static readonly Dictionary<string, SchemaType> Types = Reach(Pod.Find("spec")!.Type!, Pod.Find("status")!.Type!);

    [Fact]
    public void Every_field_has_its_row()
    {
        Assert.Contains("PodSpec", Tables.Keys);
        Assert.Contains("PodStatus", Tables.Keys);
        Assert.Empty(Tables.Keys.Except(Types.Keys));
        Same(string.Join('\n', Tables.SelectMany(table => Leaves(Types[table.Key], "").Where(leaf => !table.Value.Exists(row => Covers(row, leaf))).Select(leaf => $"{table.Key}: {leaf}"))));
    }

    [Fact]
    public void Every_row_is_of_a_field_and_stands_once()
    {
        Same(string.Join('\n', Tables.SelectMany(table => table.Value.Where(row => !Leaves(Types[table.Key], "").Any(leaf => Covers(row, leaf))).Select(row => $"{table.Key}: {row}"))));
        Assert.All(Tables.Values, rows => Assert.Empty(rows.GroupBy(row => row, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => same.Key)));
    }

    [Fact]
    public void Every_row_names_a_test_that_is_there()
    {
        Assert.All(Section().Matches(Text).SelectMany(section => Row().Matches(section.Groups[2].Value)), row => Assert.Matches(@"\| (`\w+Tests\.\w+` ?)+\|$", row.Value));
        DocumentTable.EveryTestIsThere("pod-spec.md", Text, least: 100);
    }

    /// <summary>The schema has no gap that the tables would inherit.</summary>
    [Fact]
    public void Client_library_knows_no_field_that_the_schema_lacks_but_for_later_ones()
    {
        var lacking = new List<string>();
        Compare(Pod.Find("spec")!.Type!, typeof(V1PodSpec), "spec", lacking, []);
        Compare(Pod.Find("status")!.Type!, typeof(V1PodStatus), "status", lacking, []);
        Same(string.Join('\n', lacking.Except(Later)));
        Same(string.Join('\n', Later.Except(lacking)));
    }

    private static void Same(string faults) => Assert.True(faults.Length == 0, faults);

    private static bool Covers(string row, string leaf) => row == leaf || (row.EndsWith(".*", StringComparison.Ordinal) && leaf.StartsWith(row[..^1], StringComparison.Ordinal));

    /// <summary>A list's name is followed by <c>[]</c>. What has a table of its own is not looked into.</summary>
    private static IEnumerable<string> Leaves(SchemaType type, string prefix) => type.Fields.SelectMany(field =>
    {
        var path = prefix + field.Name + (field.Shape == FieldShape.List ? "[]" : "");
        return field.Type is { } inner && !Tables.ContainsKey(inner.Name) ? Leaves(inner, path + ".") : [path];
    });

    private static Dictionary<string, SchemaType> Reach(params SchemaType[] roots)
    {
        var found = new Dictionary<string, SchemaType>(StringComparer.Ordinal);
        foreach (var root in roots)
        {
            Walk(root);
        }

        return found;

        void Walk(SchemaType type)
        {
            if (found.TryAdd(type.Name, type))
            {
                foreach (var inner in type.Fields.Select(field => field.Type).OfType<SchemaType>())
                {
                    Walk(inner);
                }
            }
        }
    }

    private static void Compare(SchemaType type, Type model, string path, List<string> lacking, HashSet<Type> seen)
    {
        if (!seen.Add(model))
        {
            return;
        }

        foreach (var property in model.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name is not { } name)
            {
                continue;
            }

            if (type.Find(name) is not { } field)
            {
                lacking.Add($"{path}.{name}");
            }
            else if (field.Type is { } inner)
            {
                Compare(inner, Element(property.PropertyType), $"{path}.{name}", lacking, seen);
            }
        }
    }

    private static Type Element(Type type) => type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[^1] : type;

    [GeneratedRegex(@"(?ms)^### `(\w+)`$(.*?)(?=^##|\z)")]
    private static partial Regex Section();

    [GeneratedRegex(@"(?m)^\| (`.+?) \| .+ \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Name();
}
