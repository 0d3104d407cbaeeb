using Tripod.Linux;

namespace Tripod.Pods.Volumes;

/// <summary>A directory of another machine, mounted for one pod: an nfs volume, or a claim's volume of that kind.</summary>
internal sealed record NfsShare(string Server, string Path, bool ReadOnly, IReadOnlyList<string> Options)
{
    /// <summary>Nothing where it is mounted already; whether the server still answers is not asked then, as that may wait for ever.</summary>
    public void SetUp(string folder)
    {
        if (Mounts.IsMountPoint(folder))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        NfsMount.Mount(Server, Path, folder, ReadOnly ? [.. Options, "ro"] : Options);
    }
}
