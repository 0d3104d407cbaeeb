using System.Text.Json.Serialization;

namespace Tripod.Runtime.Network.Bridges;

/// <summary>A network of a user's own: a bridge with addresses, on which containers find each other by name.</summary>
public sealed record NetworkRecord
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>CIDR.</summary>
    public required string Subnet { get; init; }
    public required string Gateway { get; init; }

    /// <summary>The part of the subnet that is handed out unasked; empty: all.</summary>
    public string IpRange { get; init; } = "";

    /// <summary>As an IPv6 subnet that is wished for: any that nobody else has.</summary>
    public const string AnySubnet = "any";

    /// <summary>IPv6's; empty where it has none.</summary>
    public string Subnet6 { get; init => field = value ?? ""; } = "";
    public string Gateway6 { get; init => field = value ?? ""; } = "";
    public string IpRange6 { get; init => field = value ?? ""; } = "";

    /// <summary>Nothing goes out of it, and nothing comes in.</summary>
    public bool Internal { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The bridge on this machine.</summary>
    [JsonIgnore]
    public string Bridge => Options.GetValueOrDefault("com.docker.network.bridge.name") is { Length: > 0 } named ? named : $"br-{Id[..12]}";
}

/// <summary>A container's wish to be on a network.</summary>
/// <param name="NetworkId">Of a user's own; empty: the pods' bridge.</param>
public sealed record NetworkAttachment(string NetworkId)
{
    /// <summary>Further names by which others on the network find the container.</summary>
    public IReadOnlyList<string> Aliases { get; init => field = value ?? []; } = [];

    /// <summary>Empty: any that is free.</summary>
    public string Address { get; init => field = value ?? ""; } = "";

    /// <summary>The same of IPv6.</summary>
    public string Address6 { get; init => field = value ?? ""; } = "";

    /// <summary>Empty: a function of the address.</summary>
    public string Mac { get; init => field = value ?? ""; } = "";
}

/// <summary>A container's place on a network, as it is now.</summary>
/// <param name="NetworkId">As in <see cref="NetworkAttachment"/>.</param>
/// <param name="Interface">In the container: <c>eth0</c> …</param>
/// <param name="Address">IPv4.</param>
/// <param name="Mac">Of the interface.</param>
/// <param name="Address6">IPv6; empty where the network has none.</param>
public sealed record NetworkEndpoint(string NetworkId, string Interface, string Address, string Mac, string Address6 = "");

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(NetworkRecord))]
internal sealed partial class NetworkJson : JsonSerializerContext;
