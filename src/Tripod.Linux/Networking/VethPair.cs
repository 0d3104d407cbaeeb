namespace Tripod.Linux.Networking;

/// <summary>Both ends of a veth pair to be made (veth(4)).</summary>
public sealed record VethPair(string Name, string PeerName, ReadOnlyMemory<byte> PeerMac, int Mtu);
