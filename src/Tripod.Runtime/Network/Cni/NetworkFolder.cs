using System.Text.Json.Nodes;
using Tripod.Linux;
using Tripod.Linux.Events;

namespace Tripod.Runtime.Network.Cni;

/// <summary>What stands in the folder of configurations: nothing, a network, or what cannot be used and why.</summary>
internal sealed record NetworkChoice(NetworkList? List, string Problem)
{
    public static readonly NetworkChoice Nothing = new(null, "");
}

/// <summary>
/// The folder of CNI configurations. It is read again only when inotify tells of a change; while it is not there, the
/// nearest folder above it is watched.
/// </summary>
internal sealed class NetworkFolder(string folder) : IDisposable
{
    private const FileChanges Interest = FileChanges.ClosedAfterWrite | FileChanges.MovedFrom | FileChanges.MovedTo | FileChanges.Created | FileChanges.Deleted | FileChanges.SelfMoved | FileChanges.SelfDeleted;
    private static readonly string[] Endings = [".conf", ".conflist", ".json"];

    private readonly Lock gate = new();
    private readonly List<Inotify> watches = [];
    private NetworkChoice current = NetworkChoice.Nothing;
    private volatile bool isStale = true;

    public string Path => folder;

    public NetworkChoice Current
    {
        get
        {
            lock (gate)
            {
                if (isStale)
                {
                    // Watched before it is read: what changes in between is seen by the next who asks.
                    isStale = false;
                    Watch();
                    current = Choose(folder);
                }

                return current;
            }
        }
    }

    /// <summary>The first by name.</summary>
    public static NetworkChoice Choose(string folder)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder).Where(file => Endings.Contains(System.IO.Path.GetExtension(file))).Order(StringComparer.Ordinal).ToList() : [];
        if (files.Count == 0)
        {
            return NetworkChoice.Nothing;
        }

        try
        {
            var list = NetworkList.Parse(File.ReadAllText(files[0]));
            return new(list.MayBeExtended ? Extended(list, System.IO.Path.Combine(folder, list.Name)) : list, "");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or RuntimeException)
        {
            return new(null, $"{files[0]}: {failure.Message}");
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            watches.ForEach(watch => watch.Dispose());
            watches.Clear();
        }
    }

    /// <summary>Further plugins of a list, each a file of its own in the folder that is named after the network.</summary>
    private static NetworkList Extended(NetworkList list, string folder)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.conf").Order(StringComparer.Ordinal) : Enumerable.Empty<string>();
        var all = list with { Plugins = [.. list.Plugins, .. files.Select(file => NetworkList.Plugin(JsonNode.Parse(File.ReadAllText(file))))] };
        return all.Plugins.Count > 0 ? all : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "CNI configuration: it has no plugins");
    }

    private void Watch()
    {
        watches.ForEach(watch => watch.Dispose());
        watches.Clear();
        var nearest = folder;
        while (!Directory.Exists(nearest))
        {
            nearest = System.IO.Path.GetDirectoryName(nearest) ?? "/";
        }

        try
        {
            watches.Add(new(nearest, Interest, (_, _) => isStale = true));
            foreach (var below in nearest == folder ? Directory.GetDirectories(folder) : [])
            {
                watches.Add(new(below, Interest, (_, _) => isStale = true));
            }

            // Made while the one above it was about to be watched.
            isStale |= nearest != folder && Directory.Exists(folder);
        }
        catch (LinuxException gone) when (gone.Errno == Errno.ENOENT)
        {
            isStale = true;
        }
    }
}
