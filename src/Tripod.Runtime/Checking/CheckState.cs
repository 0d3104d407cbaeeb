using System.Data.Common;
using Tripod.Linux;
using Tripod.Runtime.Images.Storage;
using Tripod.Store;

namespace Tripod.Runtime.Checking;

/// <summary>Looks over all that an engine keeps below its root, and mends what can be mended without touching what is a user's own. <c>tripod check</c> calls it; no engine may run while it mends.</summary>
public sealed class CheckState(string path, TimeProvider clock)
{
    /// <summary>The kernel tells mount points without links.</summary>
    private readonly string root = Links.Resolve(path);

    /// <param name="repair">Mend it; else nothing is changed.</param>
    /// <param name="said">Told what is looked at now.</param>
    /// <param name="cancel">Between files; what was mended stays mended.</param>
    public IEnumerable<Finding> Run(bool repair, Action<string> said, CancellationToken cancel)
    {
        var (store, runtime) = (Path.Combine(root, "store.db"), Path.Combine(root, "runtime.db"));
        foreach (var database in (string[])[store, runtime])
        {
            said(database);
            if (DatabaseCheck.Faults(database) is { Count: > 0 } faults)
            {
                yield return Salvaged(database, faults, repair);
            }
        }

        said("API objects");
        foreach (var finding in CheckObjects.Run(DatabaseCheck.Objects(store), repair ? (key, document) => TakeOut(store, key, document) : null))
        {
            yield return finding;
        }

        said("records of containers, images and volumes");
        var records = new CheckRecords();
        var all = DatabaseCheck.Records(runtime);
        foreach (var finding in records.Run(all, Path.Combine(root, "volumes"), repair ? (collection, id) => DatabaseCheck.DeleteRecord(runtime, collection, id) : null))
        {
            yield return finding;
        }

        said("images and layers");
        var names = all.Where(record => record.Collection == "image-names").ToLookup(record => System.Text.Encoding.ASCII.GetString(record.Value), record => record.Id);
        var images = new CheckImages(new ImagePaths(root), records.UserOf, repair ? id => Forget(runtime, id, names[id]) : null);
        foreach (var finding in images.Run(records.Images, cancel))
        {
            yield return finding;
        }
    }

    private Finding Salvaged(string database, IReadOnlyList<string> faults, bool repair)
    {
        var what = $"{database}: {string.Join("; ", faults)}";
        if (!repair)
        {
            return new(what, "--repair saves what can be read into a new file and keeps the old one");
        }

        try
        {
            return new(what, $"what could be read is in a new file; the old one is kept as {DatabaseCheck.Salvage(database, clock.GetUtcNow())}", Mended: true);
        }
        catch (DbException failure)
        {
            return new(what, $"nothing of it can be read ({failure.Message}): put it back from a backup, or move it away to begin anew");
        }
    }

    private void TakeOut(string store, string key, byte[] document)
    {
        var kept = Directory.CreateDirectory(Path.Combine(root, "damaged"), (UnixFileMode)0x1C0).FullName; // 0700: it may be a secret
        File.WriteAllBytes(Path.Combine(kept, key.Trim('/').Replace('/', '.') + ".json"), document);
        DatabaseCheck.DeleteObject(store, key);
    }

    /// <summary>The names first: a name without its image would be a fault of its own.</summary>
    private static void Forget(string runtime, string imageId, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            DatabaseCheck.DeleteRecord(runtime, "image-names", name);
        }

        DatabaseCheck.DeleteRecord(runtime, "images", imageId);
    }
}
