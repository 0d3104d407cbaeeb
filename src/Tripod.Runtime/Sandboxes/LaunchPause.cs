using Tripod.Linux;
using Tripod.Linux.Processes;
using Tripod.Runtime.Records;
using Tripod.Runtime.Users;

namespace Tripod.Runtime.Sandboxes;

/// <summary>
/// Starts the built-in pause without an OCI runtime: it needs so little of what one does that it is there in a tenth of the
/// time. Handed a prepared sandbox by <see cref="RunSandbox"/>; hands pause to the kernel.
/// </summary>
internal sealed class LaunchPause(RuntimeParts parts)
{
    private const int Nobody = 65535;

    /// <summary>A pause of somebody else's, or a sandbox of a runtime that may bring its own kernel, is the OCI runtime's.</summary>
    public bool Can(ContainerRecord record) =>
        Oci.RuntimeHandlers.SharesKernel(parts.Options, record.Sandbox!.RuntimeHandler) && parts.Images.Find(record.ImageId) is { Pinned: true, Config.Entrypoint.Count: > 0 } image && image.Layers.Count == 1;

    /// <param name="record">Of the sandbox.</param>
    /// <param name="netns">With the network in it; null under hostNetwork.</param>
    /// <param name="handedOver">What pause holds; the first is the pipe by which it is let go on.</param>
    /// <param name="letGo">That pipe's other end.</param>
    /// <returns>The pid; pause waits for a byte on the pipe.</returns>
    public async Task<int> RunAsync(ContainerRecord record, FileDescriptor? netns, IReadOnlyList<FileDescriptor> handedOver, FileDescriptor letGo)
    {
        var config = record.Sandbox!;
        var image = parts.Images.Find(record.ImageId)!;
        var options = new IsolatedChildOptions
        {
            Root = parts.Images.LayerDirectories(image.Id)[0],
            Command = [.. image.Config.Entrypoint, .. image.Config.Cmd],
            Netns = netns,
            Hostname = config.Hostname.Length > 0 ? config.Hostname : Environment.MachineName,
            NewIpc = !config.HostIpc,
            NewPid = !config.HostPid,
            Sysctls = config.Sysctls,
            Id = Nobody,
            Descriptors = handedOver,
        };
        var pid = config.Users is { } users
            ? await UserNamespace.Start(options, letGo, UserMappings.Ranges(users.Uids), UserMappings.Ranges(users.Gids)).ConfigureAwait(false)
            : await IsolatedChild.Start(options).ConfigureAwait(false);

        // As long as this engine lives pause is its child, and is nobody else's to take leave of.
        _ = ChildProcess.End(pid);
        await parts.Cgroups.PlaceAsync(record.Cgroup, pid).ConfigureAwait(false);
        if (Oci.OomScore.Clamp(-998) is { } score)
        {
            await File.WriteAllTextAsync($"/proc/{pid}/oom_score_adj", score.ToString(System.Globalization.CultureInfo.InvariantCulture)).ConfigureAwait(false);
        }

        return pid;
    }
}
