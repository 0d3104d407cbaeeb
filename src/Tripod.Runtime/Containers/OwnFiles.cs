using System.Text;
using Tripod.Runtime.Records;
using Tripod.Runtime.Sandboxes;

namespace Tripod.Runtime.Containers;

/// <summary>resolv.conf, hosts and hostname of a container of no pod; who joins its network sees the same files, as with Docker.</summary>
internal static class OwnFiles
{
    public static readonly string[] Names = ["resolv.conf", "hosts", "hostname"];

    private const string HostConfiguration = "/etc/resolv.conf", HostNames = "/etc/hosts";

    /// <summary>Whose files a container shows: its own, or those of whoever its network comes from.</summary>
    public static ContainerRecord OwnerOf(ContainerTable table, ContainerRecord record)
    {
        var owner = record;
        for (var step = 0; step < 8 && owner.Config.Namespaces?.Net is NamespaceChoice.Join join && table.Find(join.ContainerId)?.Record is { } next; step++)
        {
            owner = next;
        }

        return owner;
    }

    public static void Write(RuntimeParts parts, ContainerRecord record)
    {
        if (record.Config.Standalone is not { } own || record.Config.Namespaces?.Net is NamespaceChoice.Join)
        {
            return;
        }

        var ofHost = record.Config.Namespaces?.Net is NamespaceChoice.Host;
        var host = File.Exists(HostConfiguration) ? File.ReadAllText(HostConfiguration) : "";
        var bundle = parts.Paths.Bundle(record.Id);
        Write(bundle, "hostname", (own.Hostname.Length > 0 ? own.Hostname : Environment.MachineName) + "\n");
        var first = record.Endpoints.FirstOrDefault(endpoint => endpoint.Address == record.Address)?.NetworkId ?? "";
        var (server, reachable) = first.Length > 0 && parts.Networks.NameserverOf(first) is { } ofNetwork ? ofNetwork : parts.Resolver is { } resolver ? (parts.Network.Gateway, resolver.Reachable) : (null, []);
        Write(bundle, "resolv.conf", ResolverConfiguration.Of(first.Length > 0 && server is not null && own.Dns is { AddsToHost: false } given ? given with { AddsToHost = true } : own.Dns, host, ofHost, server, reachable));
        Write(bundle, "hosts", Hosts(own, ofHost ? File.ReadAllText(HostNames) : null, record.Address, LinkedContainers.Hosts(parts, record)));
    }

    /// <param name="own">What the container asks for.</param>
    /// <param name="host">The host's file, for one that shares its network.</param>
    /// <param name="address">Empty where it has none.</param>
    /// <param name="linked">Those it knows by names of its own.</param>
    public static string Hosts(StandaloneConfig own, string? host, string address, IEnumerable<(string Address, string Names)> linked)
    {
        var text = new StringBuilder(host ?? "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n");
        foreach (var (names, to) in own.Hosts)
        {
            text.Append(to).Append('\t').Append(names).Append('\n');
        }

        foreach (var (at, names) in linked)
        {
            text.Append(at).Append('\t').Append(names).Append('\n');
        }

        if (address.Length > 0 && own.Hostname.Length > 0)
        {
            var full = own.Domainname.Length > 0 ? $"{own.Hostname}.{own.Domainname} " : "";
            text.Append(address).Append('\t').Append(full).Append(own.Hostname).Append('\n');
        }

        return text.ToString();
    }

    private static void Write(string bundle, string name, string text)
    {
        // In place: it may be mounted in containers that run.
        var path = Path.Combine(bundle, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4); // 0644
    }
}
