using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tripod.Linux;
using Tripod.Runtime.Sandboxes;
using Tripod.Store;

namespace Tripod.Runtime.Network.Cni;

/// <summary>What plugins have given a sandbox.</summary>
/// <param name="Network">The name of the CNI network.</param>
/// <param name="Netns">The path at which plugins find the namespace.</param>
public sealed record PluginAttachment(string Network, string Netns, IReadOnlyList<string> Addresses);

/// <summary>
/// Networks of CNI plugins, for the sandboxes that ask for them. <see cref="Sandboxes.PluggedSandbox"/> hands it a namespace;
/// it calls the plugins of the list in turn, each with what the one before it answered (CNI spec, section 3).
/// </summary>
internal sealed class PluginNetwork(RuntimeOptions options, RecordStore records, TimeProvider clock, ILogger log) : IDisposable
{
    private const string Interface = "eth0", Collection = "cni", PodCidrKey = "podCidr";

    private readonly NetworkFolder folder = new(options.CniConfDir);
    private readonly CniPlugin plugin = new(options.CniBinDirs, clock, log);
    private readonly AttachmentCache cache = new(Path.Combine(options.Root, "cni", "results"));

    /// <summary>What a kubelet has named last; it says so once, when it starts.</summary>
    public string PodCidr
    {
        get => records.Get(Collection, PodCidrKey) is { } text ? Encoding.UTF8.GetString(text) : "";
        set => records.Put(Collection, PodCidrKey, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>The network for new sandboxes; null where the engine's own is meant.</summary>
    /// <exception cref="RuntimeException">FailedPrecondition: plugins are meant, and there is nothing to call them by.</exception>
    public NetworkList? Current => Choice is var choice && choice.Problem.Length > 0 ? throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, choice.Problem) : choice.List;

    public bool IsUsed => Choice is { List: not null } or { Problem.Length: > 0 };

    /// <summary>Why pods cannot be networked now; empty when they can.</summary>
    public async Task<string> ProblemAsync(CancellationToken cancel)
    {
        if (Choice is { Problem: { Length: > 0 } problem })
        {
            return problem;
        }

        try
        {
            foreach (var config in Choice.List is { } list && list.Has(CniVersions.WithCollection) ? list.Plugins.Select(one => PluginConfig.Of(list, one, [], null)) : [])
            {
                await plugin.RunAsync(new("STATUS"), config, cancel).ConfigureAwait(false);
            }

            return "";
        }
        catch (RuntimeException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>ADD, plugin by plugin. What a failed one leaves is for <see cref="DeleteAsync"/>.</summary>
    public async Task<PluginAttachment> AddAsync(NetworkList list, string id, SandboxConfig config, string netns, CancellationToken cancel)
    {
        var attachment = new CachedAttachment(id, Interface, netns, list, CapabilityArguments.Pairs(config, id), CapabilityArguments.Of(config, PodCidr), null);
        if (config.Ports.Count > 0 && !list.Takes(CapabilityArguments.PortMappings))
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"host port {config.Ports[0].HostPort}: no plugin of the CNI network {list.Name} has the capability portMappings: add portmap to it");
        }

        cache.Put(attachment);
        JsonObject? result = null;
        foreach (var one in list.Plugins)
        {
            result = await plugin.RunAsync(CallOf("ADD", attachment), PluginConfig.Of(list, one, attachment.Capabilities, result), cancel).ConfigureAwait(false)
                ?? throw new RuntimeException(RuntimeErrorKind.Internal, $"plugin type=\"{(string?)one["type"]}\" failed (add): it gave no result");
        }

        cache.Put(attachment with { Result = result });
        var addresses = PluginResult.Addresses(result, Interface);
        return addresses.Count > 0
            ? new(list.Name, netns, addresses)
            : throw new RuntimeException(RuntimeErrorKind.Internal, $"the plugins of the CNI network {list.Name} gave {Interface} no address");
    }

    /// <summary>DEL in reverse, by what was written down at the time of the ADD; nothing happens where it is done already.</summary>
    public async Task DeleteAsync(string id, PluginAttachment known, CancellationToken cancel)
    {
        if (cache.Find(known.Network, id, Interface) is { } attachment)
        {
            await UndoAsync(attachment, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>CHECK: whether what the plugins made still stands.</summary>
    /// <returns>What is wrong; empty when nothing is, or the plugins cannot tell.</returns>
    public async Task<string> CheckAsync(string id, PluginAttachment known, CancellationToken cancel)
    {
        if (cache.Find(known.Network, id, Interface) is not { Result: { } result, List: { DisableCheck: false } list } attachment || !list.Has(CniVersions.WithCheck))
        {
            return "";
        }

        try
        {
            foreach (var one in list.Plugins)
            {
                await plugin.RunAsync(CallOf("CHECK", attachment), PluginConfig.Of(list, one, attachment.Capabilities, result), cancel).ConfigureAwait(false);
            }

            return "";
        }
        catch (RuntimeException wrong)
        {
            return wrong.Message;
        }
    }

    /// <summary>DEL for what no sandbox has any more, then GC, by which plugins clean up what nobody else knows of.</summary>
    /// <param name="isValid">Of a sandbox's id: whether plugins network it still.</param>
    public async Task CollectAsync(Func<string, bool> isValid, CancellationToken cancel)
    {
        try
        {
            foreach (var forgotten in cache.All().Where(attachment => !isValid(attachment.ContainerId)))
            {
                await UndoAsync(forgotten, cancel).ConfigureAwait(false);
            }

            if (Choice.List is not { DisableCollection: false } list || !list.Has(CniVersions.WithCollection))
            {
                return;
            }

            var valid = cache.All().Where(attachment => attachment.List.Name == list.Name).Select(attachment => (attachment.ContainerId, attachment.Interface)).ToList();
            foreach (var one in list.Plugins)
            {
                await plugin.RunAsync(new("GC"), PluginConfig.OfCollection(list, one, valid), cancel).ConfigureAwait(false);
            }
        }
        catch (RuntimeException refused)
        {
            LogMessages.PluginsNotCollected(log, refused.Message);
        }
    }

    public void Dispose() => folder.Dispose();

    private NetworkChoice Choice => options.Cni switch
    {
        CniMode.Off => NetworkChoice.Nothing,
        CniMode.Only when folder.Current is { List: null, Problem.Length: 0 } => new(null, $"cni config uninitialized: there is no configuration in {folder.Path}"),
        _ => folder.Current is { Problem: { Length: > 0 } problem } ? new(null, $"cni config uninitialized: {problem}") : folder.Current,
    };

    private async Task UndoAsync(CachedAttachment attachment, CancellationToken cancel)
    {
        // A namespace that went with a boot is no obstacle: what plugins keep elsewhere is given back all the same.
        var netns = Mounts.IsMountPoint(attachment.Netns) ? attachment.Netns : "";
        var result = attachment.List.Has(CniVersions.WithCheck) ? attachment.Result : null;
        foreach (var one in attachment.List.Plugins.Reverse())
        {
            await plugin.RunAsync(CallOf("DEL", attachment) with { Netns = netns }, PluginConfig.Of(attachment.List, one, attachment.Capabilities, result), cancel).ConfigureAwait(false);
        }

        cache.Remove(attachment.List.Name, attachment.ContainerId, attachment.Interface);
    }

    private static PluginCall CallOf(string verb, CachedAttachment attachment) =>
        new(verb, attachment.ContainerId, attachment.Netns, attachment.Interface, string.Join(';', attachment.Arguments.Select(pair => $"{pair.Key}={pair.Value}")));
}
