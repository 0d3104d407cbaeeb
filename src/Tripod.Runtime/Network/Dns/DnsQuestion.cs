namespace Tripod.Runtime.Network.Dns;

/// <summary>What a query asks: the name in lower case without a last dot, and how many bytes the question takes.</summary>
public sealed record DnsQuestion(string Name, ushort Type, ushort Class, int Size);
