using System.Globalization;
using System.Text.Json;

namespace Tripod.Runtime.Network;

/// <summary>
/// The engine's rules in chains that other firewalls keep for the rules of others: what is to stand there, and the commands
/// from what stands there now. Pure. A rule's comment tells whose it is.
/// </summary>
public sealed class PlaceRules(string engine, IReadOnlyList<string> bridges, IReadOnlyList<int> ports)
{
    /// <summary>In chains for forwarded packets, all that comes from a bridge or goes to it; in chains for this machine's own, what pods may ask it for.</summary>
    /// <param name="place">As <c>ip filter DOCKER-USER</c>.</param>
    /// <param name="shown">What <c>list chain</c> shows of it.</param>
    public IReadOnlyList<string> Missing(string place, string shown)
    {
        var there = Own(shown).ToDictionary(static rule => rule.Handle, static rule => rule.Comment);
        var wanted = Wanted(place).ToDictionary(rule => $"{engine}: {rule}", StringComparer.Ordinal);
        return
        [
            .. there.Where(rule => !wanted.ContainsKey(rule.Value)).Select(rule => Delete(place, rule.Key)),
            .. wanted.Where(rule => !there.ContainsValue(rule.Key)).Select(rule => $"insert rule {place} {Syntax(rule.Value)} counter accept comment \"{rule.Key}\""),
        ];
    }

    /// <summary>The commands that take them all away.</summary>
    public IReadOnlyList<string> Gone(string place, string shown) => [.. Own(shown).Select(rule => Delete(place, rule.Handle))];

    private IEnumerable<string> Wanted(string place) => ForeignFirewall.IsInput(place)
        ? bridges.SelectMany(bridge => ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"iifname {bridge} tcp dport {port}")).Append($"iifname {bridge} udp dport 53").Append($"iifname {bridge} tcp dport 53"))
        : bridges.SelectMany(static bridge => (string[])[$"iifname {bridge}", $"oifname {bridge}"]);

    private static string Syntax(string rule)
    {
        var words = rule.Split(' ', 3);
        return $"{words[0]} \"{words[1]}\"{(words.Length > 2 ? " " + words[2] : "")}";
    }

    private static string Delete(string place, long handle) => string.Create(CultureInfo.InvariantCulture, $"delete rule {place} handle {handle}");

    private List<(long Handle, string Comment)> Own(string shown)
    {
        List<(long, string)> rules = [];
        using var document = JsonDocument.Parse(shown);
        foreach (var item in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (item.TryGetProperty("rule", out var rule) && rule.TryGetProperty("comment", out var comment)
                && comment.GetString() is { } text && text.StartsWith($"{engine}: ", StringComparison.Ordinal))
            {
                rules.Add((rule.GetProperty("handle").GetInt64(), text));
            }
        }

        return rules;
    }
}
