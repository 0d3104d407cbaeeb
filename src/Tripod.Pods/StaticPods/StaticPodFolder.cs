using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s.Models;
using Tripod.Linux;
using Tripod.Linux.Events;
using Tripod.Pods.Cluster;
using Tripod.Pods.Events;
using Tripod.Store;

namespace Tripod.Pods.StaticPods;

/// <summary>
/// Keeps the node's static pods as the files of a folder describe them. Woken by inotify; looks at all files each time and
/// hands what it finds to the store, whose watch starts and ends the pods' workers.
/// </summary>
internal sealed class StaticPodFolder(string folder, Func<string, PodManifest> read, PodParts parts) : IDisposable
{
    private const FileChanges Interest = FileChanges.ClosedAfterWrite | FileChanges.MovedTo | FileChanges.MovedFrom | FileChanges.Created | FileChanges.Deleted | FileChanges.SelfDeleted | FileChanges.SelfMoved;

    /// <summary>As much as the kubelet reads.</summary>
    private const long LongestFile = 10 << 20;

    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, string> told = new(StringComparer.Ordinal);
    private Inotify? watch;
    private volatile bool lost;

    public void Wake() => wakes.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                // In this order, so that nothing that happens during the reading is missed.
                Watch();
                Reconcile();
                await wakes.Reader.ReadAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or LinuxException or System.Data.Common.DbException or KeyExistsException)
            {
                LogMessages.ControllerFailed(parts.Log, $"static pods of {folder}", failure);
                await Task.Delay(TimeSpan.FromSeconds(10), parts.Clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose() => watch?.Dispose();

    private void Watch()
    {
        if (watch is not null && !lost)
        {
            return;
        }

        watch?.Dispose();
        lost = false;
        Directory.CreateDirectory(folder);
        watch = new(folder, Interest, (change, name) =>
        {
            lost |= (change & (FileChanges.SelfDeleted | FileChanges.SelfMoved)) != 0;
            if (name.Length == 0 || StaticPod.IsManifest(name))
            {
                Wake();
            }
        });
    }

    private void Reconcile()
    {
        var (wanted, broken) = Read();
        var known = parts.Store.List(StaticPod.Prefix).Objects.Select(stored => new PodView(stored)).ToList();
        foreach (var pod in known.Where(pod => !pod.IsDeleted && !wanted.ContainsKey(pod.Uid) && !broken.Contains(StaticPod.FileOf(pod.Object) ?? "")))
        {
            ObjectRemoval.Begin(parts.Store, pod.Stored, parts.Now);
        }

        // Of one name there is one at a time: what takes another's place waits until that has ended, and is woken then.
        foreach (var (uid, document) in wanted.Where(pair => !known.Exists(pod => pod.Uid == pair.Key || IsNamed(pod, pair.Value))))
        {
            parts.Store.Create(StaticPod.Key(uid), document);
        }
    }

    private static bool IsNamed(PodView pod, JsonObject document) => pod.Name == (string?)document["metadata"]!["name"] && pod.Namespace == (string?)document["metadata"]!["namespace"];

    /// <summary>What the files describe, by uid; and the files that cannot be understood, whose pods go on as they are.</summary>
    private (Dictionary<string, JsonObject> Wanted, HashSet<string> Broken) Read()
    {
        var (wanted, broken) = (new Dictionary<string, JsonObject>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(folder).Where(path => StaticPod.IsManifest(Path.GetFileName(path))).Order(StringComparer.Ordinal).ToList();
        foreach (var gone in told.Keys.Except(files).ToList())
        {
            told.Remove(gone);
        }

        foreach (var file in files)
        {
            try
            {
                if (Text(file) is not { } text)
                {
                    continue;
                }

                var manifest = read(text);
                var pod = StaticPod.Make(manifest.Pod, file, parts.Options.NodeName, Priority(manifest.Pod), parts.Now);
                var name = $"{pod["metadata"]!["namespace"]}/{pod["metadata"]!["name"]}";
                if (!names.TryAdd(name, file))
                {
                    throw new ManifestException($"pod {name} is described by {names[name]} already: give it another name");
                }

                wanted[(string)pod["metadata"]!["uid"]!] = pod;
                Tell(file, string.Join("; ", manifest.Warnings), broken: false);
            }
            catch (Exception failure) when (failure is ManifestException or IOException or UnauthorizedAccessException)
            {
                broken.Add(file);
                Tell(file, failure.Message, broken: true);
            }
        }

        return (wanted, broken);
    }

    /// <returns>Null for a file that is gone, or is only being made.</returns>
    private static string? Text(string file)
    {
        var about = new FileInfo(file);
        return !about.Exists ? null
            : about.Length > LongestFile ? throw new ManifestException($"it is longer than {LongestFile} bytes")
            : File.ReadAllText(file) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
    }

    private int Priority(JsonObject manifest) => (string?)manifest["spec"]?["priorityClassName"] is not { Length: > 0 } name ? 0
        : parts.Store.Get(ResourceKeys.Of("priorityclasses", null, name))?.View(Views.Parse<V1PriorityClass>).Value
            ?? throw new ManifestException($"no PriorityClass with name {name} was found");

    /// <summary>Once for each thing there is to say.</summary>
    private void Tell(string file, string what, bool broken)
    {
        if (what.Length == 0)
        {
            told.Remove(file);
        }
        else if (told.GetValueOrDefault(file) != what)
        {
            told[file] = what;
            LogMessages.ManifestFault(parts.Log, file, what);
            if (broken)
            {
                var node = parts.Store.Get(ResourceKeys.Of("nodes", null, parts.Options.NodeName))?.View(Views.Parse<V1Node>);
                parts.Events.Warning(new EventTarget("Node", "", parts.Options.NodeName, node?.Metadata.Uid ?? parts.Options.NodeName), "InvalidStaticPod", $"static pod file {file}: {what}");
            }
        }
    }
}
