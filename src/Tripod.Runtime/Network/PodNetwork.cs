using Tripod.Linux;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Network;

/// <summary>
/// The bridge, addresses and host ports of this engine. The sandbox verbs hand it a network namespace; it hands on
/// to rtnetlink and libnftables. All that it makes in a namespace dies with the namespace; all rules stand in one
/// nft table named after the engine.
/// </summary>
public sealed class PodNetwork
{
    /// <summary>Makes bridge, sysctls and nft table where they are missing; asked again it mends them.</summary>
    public static PodNetwork Open(RuntimeOptions options) => throw new NotImplementedException();

    /// <summary>The bridge's own address, which pods have as their gateway.</summary>
    public string Gateway => throw new NotImplementedException();

    /// <summary>An address that no attached container has; it is held until <see cref="Detach"/>.</summary>
    public string Reserve(string containerId) => throw new NotImplementedException();

    /// <summary>Marks an address found in a record at start as held.</summary>
    public void Restore(string containerId, string address, IReadOnlyList<PortMapping> ports) => throw new NotImplementedException();

    /// <summary>Inside the namespace: lo up, eth0 with the address and the default route; on the host: the peer on the bridge, and the port rules.</summary>
    public void Attach(string containerId, FileDescriptor netns, string address, IReadOnlyList<PortMapping> ports) => throw new NotImplementedException();

    /// <summary>Takes rules, host-side link and address back; nothing happens where they are gone.</summary>
    public void Detach(string containerId) => throw new NotImplementedException();

    /// <summary>
    /// Binds each host port, so that no process of the host gets it meanwhile; the sockets are handed to pause, which
    /// holds them as long as it lives. Throws a <see cref="RuntimeException"/> that names the process that has it.
    /// </summary>
    public static IReadOnlyList<FileDescriptor> HoldHostPorts(IReadOnlyList<PortMapping> ports) => throw new NotImplementedException();

    /// <summary>Removes bridge and table (<c>make down</c>).</summary>
    public void Close() => throw new NotImplementedException();
}
