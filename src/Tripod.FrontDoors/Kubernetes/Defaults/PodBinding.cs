using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Admission;

namespace Tripod.FrontDoors.Kubernetes.Defaults;

/// <summary>What scheduler and admission wrote into a pod stays when a client replaces the pod by a manifest that cannot know it.</summary>
public static class PodBinding
{
    /// <param name="old">As stored.</param>
    /// <param name="changed">Filled in where it is silent.</param>
    public static void Keep(JsonObject old, JsonObject changed)
    {
        var (before, spec) = (old.Map("spec"), changed.MapOrNew("spec"));
        if (before.Text("nodeName") is { Length: > 0 } node)
        {
            spec.Default("nodeName", node);
        }

        foreach (var given in ((string[])["priority", "preemptionPolicy", "overhead"]).Where(field => spec[field] is null && before?[field] is not null))
        {
            spec[given] = before![given]!.DeepClone();
        }

        Restore(before, spec, "volumes");
        foreach (var list in (string[])["containers", "initContainers"])
        {
            foreach (var container in spec.Maps(list))
            {
                Restore(before.Maps(list).FirstOrDefault(known => known.Text("name") == container.Text("name")), container, "volumeMounts");
            }
        }
    }

    /// <summary>The token's volume and its mounts, which admission named.</summary>
    private static void Restore(JsonObject? before, JsonObject after, string list)
    {
        foreach (var item in before.Maps(list).Where(item => item.Text("name")?.StartsWith(AccountAdmission.VolumePrefix, StringComparison.Ordinal) == true))
        {
            if (after.Maps(list).Any(known => known.Text("name") == item.Text("name")))
            {
                continue;
            }

            if (after.List(list) is not { } items)
            {
                after[list] = items = [];
            }

            items.Add(item.DeepClone());
        }
    }
}
