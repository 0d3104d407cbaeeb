using Tripod.Runtime.Records;

namespace Tripod.Runtime.Oci;

/// <summary>Which OCI runtime a container has: its sandbox's, or the one that it names itself. Empty: the engine's own.</summary>
internal static class RuntimeHandler
{
    public static string Of(RuntimeParts parts, ContainerRecord record) => record.SandboxId is { } sandbox
        ? parts.Table.Find(sandbox)?.Record.Sandbox?.RuntimeHandler ?? ""
        : record.Config.Standalone?.RuntimeHandler ?? "";

    /// <summary>
    /// Whether it must be told which ids a user namespace has that it joins. crun need not, and where it is told it gives the
    /// container's first streams to the namespace's root, the host's /dev/null too.
    /// </summary>
    public static bool NeedsMappings(RuntimeParts parts, ContainerRecord record) =>
        Path.GetFileName(Of(parts, record) is { Length: > 0 } handler ? handler : parts.Options.OciRuntime) != "crun";
}
