namespace Tripod.Linux.FileSystem;

/// <summary>
/// What a directory with all below it takes on the disk, as du(1) counts: blocks rather than lengths, a file
/// with several names once, no link followed, nothing that is mounted below. A tree that changes meanwhile leads nowhere else.
/// </summary>
public sealed class TreeUsage
{
    /// <summary>Well below PATH_MAX (4096): what lies deeper is walked from a directory on the way.</summary>
    private const int LongestPath = 3000;

    private readonly HashSet<ulong> linked = [];
    private readonly CancellationToken cancel;

    private TreeUsage(CancellationToken cancel) => this.cancel = cancel;

    public long Bytes { get; private set; }

    /// <summary>The top not counted.</summary>
    public long Inodes { get; private set; }

    /// <param name="path">Text; one that is not there takes nothing.</param>
    /// <param name="cancel">Between directories.</param>
    public static TreeUsage Of(string path, CancellationToken cancel)
    {
        var usage = new TreeUsage(cancel);
        if (Directory.Exists(path))
        {
            using var top = DirectoryHandle.Open(path);
            usage.Walk(top);
        }

        return usage;
    }

    private void Walk(DirectoryHandle top)
    {
        // Paths instead of open directories: however many there are, one is open at a time.
        var waiting = new Stack<string>([""]);
        while (waiting.TryPop(out var path))
        {
            cancel.ThrowIfCancellationRequested();
            using var directory = top.OpenBelow(path.Length == 0 ? "." : path);
            if (directory is null)
            {
                continue; // Gone meanwhile.
            }

            foreach (var name in directory.Names())
            {
                if (directory.Status(name) is not { } status || status.IsMountPoint || !Count(status))
                {
                    continue;
                }

                var below = path.Length == 0 ? name : $"{path}/{name}";
                if (below.Length <= LongestPath)
                {
                    waiting.Push(below);
                }
                else if (directory.OpenChild(name) is { } deep)
                {
                    using (deep)
                    {
                        Walk(deep);
                    }
                }
            }
        }
    }

    /// <returns>Whether it is a directory to be walked.</returns>
    private bool Count(FileStatus status)
    {
        if (status.Type != FileType.Directory && status.Links > 1 && !linked.Add(status.Inode))
        {
            return false;
        }

        Inodes++;
        Bytes += status.Blocks * 512;
        return status.Type == FileType.Directory;
    }
}
