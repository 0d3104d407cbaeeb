using System.Text.Json;

namespace Tripod.Runtime.Network;

/// <summary>Finds firewalls that drop what they do not know between interfaces, as Docker's and ufw's do. Pure.</summary>
public static class ForeignFirewall
{
    /// <summary>The chains for forwarded IPv4 packets whose policy is drop, as <c>ip filter FORWARD</c>, in what <c>list chains</c> shows.</summary>
    public static IReadOnlyList<string> Find(string json)
    {
        List<string> dropping = [];
        using var document = JsonDocument.Parse(json);
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("chain", out var chain) && Text(chain, "hook") == "forward" && Text(chain, "policy") == "drop"
                && Text(chain, "family") is "ip" or "inet")
            {
                dropping.Add($"{Text(chain, "family")} {Text(chain, "table")} {Text(chain, "name")}");
            }
        }

        return dropping;
    }

    public static string Describe(string chain, string bridge) =>
        $"nftables chain '{chain}' drops packets between interfaces: for pods to reach the outside, and host ports to be reached from there, "
        + (chain == "ip filter FORWARD"
            ? $"run iptables -I FORWARD -i {bridge} -j ACCEPT and iptables -I FORWARD -o {bridge} -j ACCEPT (with Docker: DOCKER-USER in place of FORWARD)"
            : $"let it accept interface {bridge} in both directions");

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
