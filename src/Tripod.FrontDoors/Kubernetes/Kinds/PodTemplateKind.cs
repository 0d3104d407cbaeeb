using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Tables;

namespace Tripod.FrontDoors.Kubernetes.Kinds;

/// <summary>A pod's pattern, kept for those who make pods of it.</summary>
internal static class PodTemplateKind
{
    public static ServedKind Row { get; } = new()
    {
        Kind = "PodTemplate",
        Plural = "podtemplates",
        Singular = "podtemplate",
        HasGeneration = true,
        Columns =
        [
            TableColumn.ObjectName,
            new("Containers", "the containers of its pods"),
            new("Images", "their images"),
            new("Pod Labels", "the labels of its pods"),
        ],
        Row = (template, _) =>
        [
            template.Text("metadata", "name"),
            string.Join(',', template.Items("template", "spec", "containers").Select(container => container.Text("name"))),
            string.Join(',', template.Items("template", "spec", "containers").Select(container => container.Text("image"))),
            Labels(template),
        ],
    };

    private static string Labels(JsonElement template) =>
        template.At("template", "metadata", "labels") is { ValueKind: JsonValueKind.Object } labels && labels.GetPropertyCount() > 0
            ? string.Join(',', labels.EnumerateObject().OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name}={label.Value}"))
            : "<none>";
}
