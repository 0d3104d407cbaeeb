using Tripod.Runtime.Records;

namespace Tripod.Runtime.Oci;

/// <summary>Which OCI runtime a container has: its sandbox's, or the one that it names itself. Empty: the engine's own.</summary>
internal static class RuntimeHandler
{
    public static string Of(RuntimeParts parts, ContainerRecord record) => record.SandboxId is { } sandbox
        ? parts.Table.Find(sandbox)?.Record.Sandbox?.RuntimeHandler ?? ""
        : record.Config.Standalone?.RuntimeHandler ?? "";
}
