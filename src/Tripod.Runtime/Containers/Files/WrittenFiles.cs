namespace Tripod.Runtime.Containers.Files;

/// <summary>What a container has written to its own root file system.</summary>
internal static class WrittenFiles
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true };

    /// <param name="upper">The layer that it writes to.</param>
    /// <returns>Bytes of files, and how many entries of any kind there are.</returns>
    public static (long Bytes, long Inodes) Measure(string upper)
    {
        var (bytes, inodes) = (0L, 0L);
        try
        {
            // Links are not followed: what they lead to is counted where it stands.
            foreach (var entry in new DirectoryInfo(upper).EnumerateFileSystemInfos("*", Everything).Where(entry => entry.Exists || entry.LinkTarget is not null))
            {
                inodes++;
                bytes += entry is FileInfo { LinkTarget: null } file ? file.Length : 0;
            }
        }
        catch (Exception gone) when (gone is DirectoryNotFoundException or FileNotFoundException)
        {
            // It is removed meanwhile.
        }

        return (bytes, inodes);
    }
}
