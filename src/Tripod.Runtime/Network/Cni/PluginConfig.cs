using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tripod.Runtime.Network.Cni;

/// <summary>What one plugin reads on its standard input (CNI spec, "Deriving execution configuration from plugin configuration"). Pure.</summary>
internal static class PluginConfig
{
    public static JsonObject Of(NetworkList list, JsonObject plugin, JsonObject capabilities, JsonObject? previous)
    {
        var config = plugin.DeepClone().AsObject();
        (config["name"], config["cniVersion"]) = (list.Name, list.Version);
        var taken = new JsonObject();
        foreach (var (name, value) in capabilities.Where(capability => Takes(plugin, capability.Key)))
        {
            taken[name] = value?.DeepClone();
        }

        if (taken.Count > 0)
        {
            config["runtimeConfig"] = taken;
        }

        if (previous is not null)
        {
            config["prevResult"] = previous.DeepClone();
        }

        return config;
    }

    /// <summary>For GC: whatever else the plugin knows of may go.</summary>
    public static JsonObject OfCollection(NetworkList list, JsonObject plugin, IEnumerable<(string ContainerId, string Interface)> valid)
    {
        var config = Of(list, plugin, [], null);
        var attachments = new JsonArray([.. valid.Select(one => new JsonObject { ["containerID"] = one.ContainerId, ["ifname"] = one.Interface })]);
        (config["cni.dev/valid-attachments"], config["cni.dev/attachments"]) = (attachments, attachments.DeepClone());
        return config;
    }

    public static bool Takes(JsonObject plugin, string capability) => plugin["capabilities"] is JsonObject declared && declared[capability]?.GetValueKind() is JsonValueKind.True;
}
