namespace Tripod.Linux.Networking;

/// <summary>A command that nftables refused, in its own words.</summary>
public sealed class NftablesException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The table, map or element that the command names is not there (ENOENT).</summary>
    public bool NotFound => Message.Contains("No such file or directory", StringComparison.Ordinal);
}
