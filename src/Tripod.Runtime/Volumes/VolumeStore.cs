using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Store;

namespace Tripod.Runtime.Volumes;

/// <summary>Named volumes below ROOT/volumes, each with its record; the doors ask, containers bind-mount what is in them.</summary>
public sealed partial class VolumeStore
{
    private const string Collection = "volumes", Content = "_data", Filling = "_filling";

    private readonly RecordStore records;
    private readonly string root;
    private readonly TimeProvider clock;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<string, VolumeRecord> volumes = new(StringComparer.Ordinal);

    internal VolumeStore(RecordStore records, string root, TimeProvider clock)
    {
        (this.records, this.root, this.clock) = (records, Path.Combine(root, "volumes"), clock);
        foreach (var (name, json) in records.List(Collection))
        {
            volumes[name] = JsonSerializer.Deserialize(json, VolumeJson.Default.VolumeRecord)!;
        }
    }

    /// <summary>The containers that mount what is at a path; set by the runtime.</summary>
    internal Func<string, IReadOnlyList<string>> Users { get; set; } = _ => [];

    public IEnumerable<VolumeRecord> All => volumes.Values;

    public VolumeRecord? Find(string name) => volumes.GetValueOrDefault(name);

    /// <summary>Where its content stands on this machine.</summary>
    public string PlaceOf(string name) => Path.Combine(root, name, Content);

    public IReadOnlyList<string> UsersOf(string name) => Users(PlaceOf(name));

    /// <summary>The one of that name, made where there is none.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: a name that is none; AlreadyExists: there is one with other options.</exception>
    public VolumeRecord Create(VolumeRecord wanted)
    {
        if (!NamePattern().IsMatch(wanted.Name))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"create {wanted.Name}: \"{wanted.Name}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
        }

        lock (gate)
        {
            if (volumes.TryGetValue(wanted.Name, out var known))
            {
                return wanted.Options.Count == 0 || wanted.Options.OrderBy(pair => pair.Key).SequenceEqual(known.Options.OrderBy(pair => pair.Key))
                    ? known
                    : throw new RuntimeException(RuntimeErrorKind.AlreadyExists, $"create {wanted.Name}: volume already exists with other options: remove it first or choose another name");
            }

            VolumeMount.Check(wanted);
            Directory.CreateDirectory(root, (UnixFileMode)0x1C9); // 0711
            Directory.CreateDirectory(PlaceOf(wanted.Name), (UnixFileMode)0x1ED); // 0755
            var made = wanted with { CreatedAt = clock.GetUtcNow() };
            records.Put(Collection, made.Name, JsonSerializer.SerializeToUtf8Bytes(made, VolumeJson.Default.VolumeRecord));
            volumes[made.Name] = made;
            return made;
        }
    }

    /// <exception cref="RuntimeException">NotFound; FailedPrecondition: containers use it.</exception>
    public void Remove(string name)
    {
        lock (gate)
        {
            if (!volumes.ContainsKey(name))
            {
                throw new RuntimeException(RuntimeErrorKind.NotFound, $"get {name}: no such volume");
            }

            if (UsersOf(name) is { Count: > 0 } users)
            {
                throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"remove {name}: volume is in use - [{string.Join(", ", users)}]");
            }

            Mounts.Unmount(PlaceOf(name));
            var directory = Path.Combine(root, name);
            if (Directory.Exists(directory))
            {
                TreeRemoval.Remove(directory);
            }

            // The record last: what is cut off here is asked for again.
            records.Delete(Collection, name);
            volumes.TryRemove(name, out _);
        }
    }

    /// <summary>Mounts what a volume's options name, where it is not mounted; nothing for a plain one.</summary>
    public void Mount(string name)
    {
        if (Find(name) is { Options.Count: > 0 } volume)
        {
            lock (gate)
            {
                VolumeMount.Mount(volume, PlaceOf(name));
            }
        }
    }

    /// <summary>Those among the paths that are in a volume are mounted.</summary>
    internal void MountAll(IEnumerable<string> paths)
    {
        foreach (var path in paths.Where(path => path.StartsWith(root + "/", StringComparison.Ordinal)))
        {
            Mount(path[(root.Length + 1)..].Split('/')[0]);
        }
    }

    /// <summary>
    /// An empty volume takes over what the image has at the place, owner and mode of the directory too. Filled beside it
    /// and moved in one step, so that nobody ever sees half.
    /// </summary>
    internal void Fill(string name, string rootfs, string path)
    {
        lock (gate)
        {
            var place = PlaceOf(name);
            if (Mounts.IsMountPoint(place) || Directory.EnumerateFileSystemEntries(place).Any())
            {
                return;
            }

            using var files = DirectoryHandle.Open(rootfs);
            using var source = files.OpenBelow(ByteString.FromText(path.TrimStart('/')));
            if (source is null)
            {
                return;
            }

            var filling = Path.Combine(root, name, Filling);
            if (Directory.Exists(filling))
            {
                TreeRemoval.Remove(filling);
            }

            Directory.CreateDirectory(filling);
            using (var target = DirectoryHandle.Open(filling))
            {
                TreeCopy.Copy(source, target);
            }

            Directory.Delete(place);
            Directory.Move(filling, place);
        }
    }

    /// <summary>The volume that a path of this machine is the content of; null for another path.</summary>
    public string? NameAt(string path)
    {
        var name = path.StartsWith(root + "/", StringComparison.Ordinal) ? path[(root.Length + 1)..].Split('/')[0] : null;
        return name is not null && volumes.ContainsKey(name) ? name : null;
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]*$")]
    private static partial Regex NamePattern();
}
