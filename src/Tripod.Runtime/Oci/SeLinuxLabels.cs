namespace Tripod.Runtime.Oci;

/// <summary>Labels of SELinux's: <c>user:role:type:level</c> (selinux(8)). Pure.</summary>
internal static class SeLinuxLabels
{
    /// <summary>What the files of a container bear whose processes bear a label: the type for them, and the same level, by which containers are kept apart (container_selinux(8)).</summary>
    public static string OfFiles(string process) => process.Split(':', 4) is [var user, _, _, var level] ? $"{user}:object_r:container_file_t:{level}" : process;
}
