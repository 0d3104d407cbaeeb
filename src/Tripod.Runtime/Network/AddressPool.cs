using System.Net;

namespace Tripod.Runtime.Network;

/// <summary>
/// Who has which address of the pod CIDR. The next one is looked for after the one given last, so that an address
/// that was just freed rests as long as it can. Safe for any number of threads.
/// </summary>
public sealed class AddressPool
{
    private readonly Lock gate = new();
    private readonly IpCidr cidr;
    private readonly Dictionary<string, IPAddress> byContainer = [];
    private readonly Dictionary<IPAddress, string> byAddress = [];
    private readonly long gatewayIndex, first, end;
    private long last;

    /// <param name="cidr">Where the addresses come from.</param>
    /// <param name="gateway">Null: the first.</param>
    /// <param name="range">The part that is handed out unasked; null: all.</param>
    public AddressPool(IpCidr cidr, IPAddress? gateway = null, IpCidr? range = null)
    {
        if (!cidr.IsInet6 && cidr.PrefixLength is < 8 or > 30)
        {
            throw new RuntimeException(
                RuntimeErrorKind.InvalidArgument, $"pod CIDR {cidr} cannot be used: choose a prefix length from 8 to 30");
        }

        this.cidr = cidr;
        gatewayIndex = gateway is null ? 1 : cidr.IndexOf(gateway);
        (first, end) = range is { } part ? (Math.Max(1, cidr.IndexOf(part[0])), Math.Min(cidr.Size - 2, cidr.IndexOf(part[0]) + part.Size - 1)) : (1, cidr.Size - 2);
        last = gateway is null && range is null ? gatewayIndex : first - 1;
    }

    /// <summary>The bridge's address.</summary>
    public IPAddress Gateway => cidr[gatewayIndex];

    // The very last address is the broadcast address.
    private long LastIndex => cidr.Size - 2;

    /// <summary>An address for the container; the same one when it is asked again.</summary>
    /// <param name="containerId">Who gets it.</param>
    /// <param name="preferred">The index of the one it gets if it is free; null: any.</param>
    public IPAddress Reserve(string containerId, long? preferred = null)
    {
        lock (gate)
        {
            if (byContainer.TryGetValue(containerId, out var held))
            {
                return held;
            }

            if (preferred is { } index && index >= first && index <= end && index != gatewayIndex && !byAddress.ContainsKey(cidr[index]))
            {
                return Take(containerId, cidr[index]);
            }

            var count = end - first + 1 - (gatewayIndex >= first && gatewayIndex <= end ? 1 : 0);
            if (byAddress.Keys.Count(address => cidr.IndexOf(address) >= first && cidr.IndexOf(address) <= end) >= count)
            {
                throw new RuntimeException(
                    RuntimeErrorKind.ResourceExhausted, $"reserve address: all {count} addresses of {cidr} are taken: remove pods or choose a larger podCidr");
            }

            do
            {
                last = last >= end ? first : last + 1;
            }
            while (last == gatewayIndex || byAddress.ContainsKey(cidr[last]));

            return Take(containerId, cidr[last]);
        }
    }

    /// <summary>Gives the container exactly this address, which it may have already.</summary>
    public void Hold(string containerId, IPAddress address)
    {
        lock (gate)
        {
            if (!cidr.Contains(address) || cidr.IndexOf(address) < 1 || cidr.IndexOf(address) == gatewayIndex || cidr.IndexOf(address) > LastIndex)
            {
                throw new RuntimeException(
                    RuntimeErrorKind.InvalidArgument, $"hold address {address} for container {containerId}: it is no pod address of {cidr}");
            }

            if (byAddress.TryGetValue(address, out var holder) && holder != containerId)
            {
                throw new RuntimeException(
                    RuntimeErrorKind.FailedPrecondition, $"hold address {address} for container {containerId}: container {holder} has it");
            }

            if (byContainer.TryGetValue(containerId, out var held) && !held.Equals(address))
            {
                throw new RuntimeException(
                    RuntimeErrorKind.FailedPrecondition, $"hold address {address} for container {containerId}: it has {held} already");
            }

            Take(containerId, address);

            // After a restart the search goes on behind the addresses that are found in use.
            last = cidr.IndexOf(address) <= end ? Math.Max(last, cidr.IndexOf(address)) : last;
        }
    }

    public void Release(string containerId)
    {
        lock (gate)
        {
            if (byContainer.Remove(containerId, out var address))
            {
                byAddress.Remove(address);
            }
        }
    }

    private IPAddress Take(string containerId, IPAddress address)
    {
        byContainer[containerId] = address;
        byAddress[address] = containerId;
        return address;
    }
}
