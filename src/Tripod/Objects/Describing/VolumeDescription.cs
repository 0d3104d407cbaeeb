using System.Text.Json.Nodes;

namespace Tripod.Objects.Describing;

/// <summary>The volumes of a pod's description.</summary>
internal static class VolumeDescription
{
    private const int Level = 2;

    public static void Describe(Description text, JsonArray volumes)
    {
        if (volumes.Count == 0)
        {
            text.Add(0, "Volumes", "<none>");
            return;
        }

        text.Title(0, "Volumes:");
        foreach (var volume in volumes.Select(volume => volume!.AsObject()))
        {
            text.Title(1, $"{volume["name"]}:");
            var (type, source) = volume.FirstOrDefault(field => field.Key != "name");
            Describe(text, type, source as JsonObject ?? []);
        }
    }

    private static void Describe(Description text, string? type, JsonObject source)
    {
        var optional = (bool?)source["optional"] == true ? "true" : "false";
        switch (type)
        {
            case "configMap":
                text.Add(Level, "Type", "ConfigMap (a volume populated by a ConfigMap)").Add(Level, "Name", $"{source["name"]}").Add(Level, "Optional", optional);
                break;
            case "secret":
                text.Add(Level, "Type", "Secret (a volume populated by a Secret)").Add(Level, "SecretName", $"{source["secretName"]}").Add(Level, "Optional", optional);
                break;
            case "emptyDir" or null:
                text.Add(Level, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)").Add(Level, "Medium", $"{source["medium"]}").Add(Level, "SizeLimit", (string?)source["sizeLimit"] ?? "<unset>");
                break;
            case "hostPath":
                text.Add(Level, "Type", "HostPath (bare host directory volume)").Add(Level, "Path", $"{source["path"]}").Add(Level, "HostPathType", $"{source["type"]}");
                break;
            default:
                text.Add(Level, "Type", $"{char.ToUpperInvariant(type[0])}{type[1..]}");
                OtherDescription.Fields(text, Level, source);
                break;
        }
    }
}
