using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>One volume of a pod.</summary>
internal static class VolumeDefaults
{
    private const int ReadableByAll = 0x1A4; // 0644
    private const int TokenSeconds = 3600;

    public static void Apply(JsonObject volume)
    {
        if (volume.All(field => field.Key == "name" || field.Value is null))
        {
            volume["emptyDir"] = new JsonObject();
        }
        if (volume.Map("hostPath") is { } path && path["type"] is null)
        {
            path["type"] = "";
        }
        volume.Map("configMap")?.Default("defaultMode", ReadableByAll);
        volume.Map("secret")?.Default("defaultMode", ReadableByAll);
        if (volume.Map("downwardAPI") is { } downward)
        {
            downward.Default("defaultMode", ReadableByAll);
            ApplyToItems(downward);
        }
        if (volume.Map("projected") is { } projected)
        {
            projected.Default("defaultMode", ReadableByAll);
            foreach (var source in projected.Maps("sources"))
            {
                source.Map("serviceAccountToken")?.Default("expirationSeconds", TokenSeconds);
                ApplyToItems(source.Map("downwardAPI"));
            }
        }
        if (volume.Map("ephemeral").Map("volumeClaimTemplate").Map("spec") is { } claim)
        {
            StorageDefaults.ApplyToClaimSpec(claim);
        }
        if (volume.Map("image") is { } image)
        {
            image.Default("pullPolicy", ContainerDefaults.PullPolicy(image.Text("reference") ?? ""));
        }
    }

    private static void ApplyToItems(JsonObject? downward)
    {
        foreach (var item in downward.Maps("items"))
        {
            item.Map("fieldRef")?.Default("apiVersion", "v1");
            item.Map("resourceFieldRef")?.Default("divisor", "0");
        }
    }
}
