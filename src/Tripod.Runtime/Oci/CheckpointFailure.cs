namespace Tripod.Runtime.Oci;

/// <summary>Why a checkpoint failed, in words: the OCI runtime's, and the last errors of CRIU's log, the first of which may do no harm.</summary>
internal static class CheckpointFailure
{
    private const int MostErrors = 3;

    public static string Describe(string id, string program, string said, string log)
    {
        var errors = File.Exists(log) ? File.ReadLines(log).Where(line => line.Contains("Error", StringComparison.Ordinal)).TakeLast(MostErrors).ToList() : [];
        var reason = errors.Count > 0 ? string.Join("; ", errors.Select(line => line.Trim())) : said.Trim();
        return errors.Count == 0 && program == "crun"
            ? $"container {id}: crun makes no checkpoint, as Debian's is built without CRIU: {reason}; a pod with a RuntimeClass of runc can be kept"
            : $"container {id}: {program} checkpoint: {reason}";
    }
}
