using System.Net;
using System.Text;
using Tripod.Runtime.Network.Dns;

namespace Tripod.Runtime.Sandboxes;

/// <summary>The text of a sandbox's resolv.conf(5). Pure.</summary>
internal static class ResolverConfiguration
{
    private const int MostServers = 3; // MAXNS of resolv.h

    /// <param name="dns">What the sandbox asks for: all of it, or what it adds to the host's; null: the host's.</param>
    /// <param name="host">The host's own resolv.conf.</param>
    /// <param name="own">The engine's resolver; null where it has none, and the host's servers are named themselves.</param>
    /// <param name="reachable">The host's servers that answer: named after the engine's own, for the time when the engine is away.</param>
    public static string Of(DnsConfig? dns, string host, bool hostNetwork, string? own, IReadOnlyList<IPAddress> reachable)
    {
        if (dns is { AddsToHost: false })
        {
            return Text(dns.Servers, dns.Searches, dns.Options);
        }

        if (dns is null && hostNetwork)
        {
            return host;
        }

        IReadOnlyList<string> hosts = [.. ResolvConf.ParseNameservers(host).Where(server => hostNetwork || !IPAddress.IsLoopback(server)).Select(server => server.ToString())];
        var asHost = own is null || dns?.Source switch
        {
            DnsSource.Host => hostNetwork || hosts.Count > 0,
            DnsSource.Engine => false,
            _ => hostNetwork,
        };
        IEnumerable<string> servers = asHost ? hosts : [own!, .. reachable.Where(server => !IPAddress.IsLoopback(server)).Select(server => server.ToString())];
        // A resolver that is away says so at once; a lost packet should not cost the five seconds of the default.
        string[] patience = asHost ? [] : ["timeout:1", "attempts:2"];
        return Text(
            servers.Take(MostServers - (dns is { Servers.Count: > 0 } ? 1 : 0)).Concat(dns?.Servers ?? []).Take(MostServers),
            Words(host, "search").Concat(dns?.Searches ?? []).Distinct(),
            Merged([.. patience, .. Words(host, "options"), .. dns?.Options ?? []]));
    }

    /// <summary>Of an option that is given twice the later one holds.</summary>
    private static IEnumerable<string> Merged(IReadOnlyList<string> options) =>
        options.GroupBy(option => option.Split(':')[0]).Select(same => same.Last());

    /// <summary>Of a keyword that is given twice the later line holds, but for options, which add up.</summary>
    private static IEnumerable<string> Words(string text, string keyword)
    {
        var lines = text.Split('\n')
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is [var first, ..] && first == keyword)
            .Select(words => words.Skip(1))
            .ToList();
        return keyword == "options" ? lines.SelectMany(words => words) : lines.LastOrDefault() ?? [];
    }

    private static string Text(IEnumerable<string> servers, IEnumerable<string> searches, IEnumerable<string> options)
    {
        var text = new StringBuilder();
        foreach (var server in servers)
        {
            text.Append("nameserver ").Append(server).Append('\n');
        }

        Append(text, "search", searches);
        Append(text, "options", options);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string keyword, IEnumerable<string> words)
    {
        if (string.Join(' ', words) is { Length: > 0 } joined)
        {
            text.Append(keyword).Append(' ').Append(joined).Append('\n');
        }
    }
}
