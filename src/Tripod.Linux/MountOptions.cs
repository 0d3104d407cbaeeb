namespace Tripod.Linux;

/// <summary>Options as mount(8) takes them: some are flags of mount(2), the others the file system's own. Pure.</summary>
public static class MountOptions
{
    private static readonly Dictionary<string, MountFlags> OfAll = new(StringComparer.Ordinal)
    {
        ["rw"] = MountFlags.None,
        ["ro"] = MountFlags.ReadOnly,
        ["nosuid"] = MountFlags.NoSuid,
        ["nodev"] = MountFlags.NoDev,
        ["noexec"] = MountFlags.NoExec,
    };

    /// <param name="words">Each by itself.</param>
    /// <param name="further">Flags that are taken beside those of every mount.</param>
    /// <returns>The flags, and what is left for the file system.</returns>
    public static (MountFlags Flags, IReadOnlyList<string> Data) Split(IEnumerable<string> words, IReadOnlyDictionary<string, MountFlags> further)
    {
        var (flags, rest) = (MountFlags.None, new List<string>());
        foreach (var word in words)
        {
            if (OfAll.TryGetValue(word, out var flag) || further.TryGetValue(word, out flag))
            {
                flags |= flag;
            }
            else
            {
                rest.Add(word);
            }
        }

        return (flags, rest);
    }
}
