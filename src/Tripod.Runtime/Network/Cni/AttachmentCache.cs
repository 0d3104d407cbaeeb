using System.Text;
using System.Text.Json.Nodes;

namespace Tripod.Runtime.Network.Cni;

/// <summary>One interface that plugins have made, with all that undoing it takes.</summary>
internal sealed record CachedAttachment(string ContainerId, string Interface, string Netns, NetworkList List, IReadOnlyList<KeyValuePair<string, string>> Arguments, JsonObject Capabilities, JsonObject? Result);

/// <summary>Attachments on disk, in the layout of libcni's cache: they outlive the engine, a boot, and a change of the configuration.</summary>
internal sealed class AttachmentCache(string folder)
{
    private const string Kind = "cniCacheV1";

    /// <summary>Written before the plugins are called, too, without a result: what half of them did is undone by it.</summary>
    public void Put(CachedAttachment attachment)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var document = new JsonObject
        {
            ["kind"] = Kind,
            ["containerId"] = attachment.ContainerId,
            ["config"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(attachment.List.Text)),
            ["ifName"] = attachment.Interface,
            ["networkName"] = attachment.List.Name,
            ["netns"] = attachment.Netns,
            ["cniArgs"] = new JsonArray([.. attachment.Arguments.Select(pair => new JsonArray(pair.Key, pair.Value))]),
            ["capabilityArgs"] = attachment.Capabilities.DeepClone(),
        };
        if (attachment.Result is { } result)
        {
            document["result"] = result.DeepClone();
        }

        var path = PathOf(attachment.List.Name, attachment.ContainerId, attachment.Interface);
        File.WriteAllText($"{path}.part", document.ToJsonString());
        File.Move($"{path}.part", path, overwrite: true);
    }

    /// <summary>Null where there is none, or none that can be read.</summary>
    public CachedAttachment? Find(string network, string containerId, string ownInterface) => Read(PathOf(network, containerId, ownInterface));

    public void Remove(string network, string containerId, string ownInterface) => File.Delete(PathOf(network, containerId, ownInterface));

    public IReadOnlyList<CachedAttachment> All() => Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Select(Read).OfType<CachedAttachment>()] : [];

    private static CachedAttachment? Read(string path)
    {
        try
        {
            return File.Exists(path) && JsonNode.Parse(File.ReadAllText(path)) is JsonObject document && (string?)document["kind"] == Kind
                ? new(
                    (string)document["containerId"]!,
                    (string)document["ifName"]!,
                    (string?)document["netns"] ?? "",
                    NetworkList.Parse(Encoding.UTF8.GetString(Convert.FromBase64String((string)document["config"]!))),
                    [.. (document["cniArgs"] as JsonArray ?? []).Select(pair => KeyValuePair.Create((string)pair![0]!, (string)pair[1]!))],
                    document["capabilityArgs"] as JsonObject ?? [],
                    document["result"] as JsonObject)
                : null;
        }
        catch (Exception malformed) when (malformed is IOException or System.Text.Json.JsonException or FormatException or InvalidOperationException or ArgumentException or RuntimeException)
        {
            return null;
        }
    }

    private string PathOf(string network, string containerId, string ownInterface) => Path.Combine(folder, $"{network}-{containerId}-{ownInterface}");
}
