using System.Globalization;
using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Tripod.Runtime;

namespace Tripod.Pods.Handlers;

/// <summary>The running container that a handler asks: where it is, and how its ports are named.</summary>
/// <param name="Address">The pod's.</param>
internal sealed record HandlerTarget(ContainerRuntime Runtime, V1Container Container, string ContainerId, string SandboxId, string Address)
{
    /// <summary>A number, or the name of one of the container's ports.</summary>
    public int? Port(IntOrString? port)
    {
        var text = port?.Value ?? "";
        var number = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : Container.Ports?.FirstOrDefault(known => known.Name == text)?.ContainerPort;
        return number is > 0 and < 65536 ? number : null;
    }

    /// <summary>Connects from within the pod's network namespace, so that no firewall of the host stands in between.</summary>
    /// <param name="host">Null or empty: the pod itself.</param>
    /// <exception cref="SocketException">Nothing answers, or the name is not known.</exception>
    public async Task<Socket> Connect(string? host, int port, CancellationToken cancel)
    {
        var name = string.IsNullOrEmpty(host) ? Address : host;
        var address = IPAddress.TryParse(name, out var plain) ? plain : (await Dns.GetHostAddressesAsync(name, cancel).ConfigureAwait(false))[0];
        var socket = await Runtime.ConnectFromSandbox(SandboxId, new IPEndPoint(address, port), cancel).ConfigureAwait(false);
        socket.NoDelay = true;
        return socket;
    }
}
