using System.Globalization;
using Tripod.Runtime.Records;

namespace Tripod.Runtime.Containers;

/// <summary>What a container is told of those it is linked to (<c>docker run --link</c>): names in /etc/hosts, and their ports in its environment.</summary>
internal static class LinkedContainers
{
    private static readonly string[] OfEvery = ["HOME", "PATH", "HOSTNAME"];

    /// <exception cref="RuntimeException">FailedPrecondition: one of them is gone or does not run.</exception>
    public static void Check(RuntimeParts parts, ContainerRecord record)
    {
        foreach (var link in Links(record))
        {
            var linked = parts.Table.Find(link.ContainerId)?.Record;
            if (linked is not { State: ContainerState.Running })
            {
                throw new RuntimeException(
                    RuntimeErrorKind.FailedPrecondition,
                    $"Cannot link to a non running container: /{linked?.Config.Name ?? link.ContainerId[..12]} AS /{record.Config.Name}/{link.Alias}");
            }
        }
    }

    /// <summary>Lines of /etc/hosts: those that run, by their address on a network that both are on.</summary>
    public static IEnumerable<(string Address, string Names)> Hosts(RuntimeParts parts, ContainerRecord record)
    {
        foreach (var link in Links(record))
        {
            if (parts.Table.Find(link.ContainerId)?.Record is { State: ContainerState.Running } linked && AddressOf(linked, record) is { Length: > 0 } address)
            {
                yield return (address, string.Join(' ', ((string[])[link.Alias, linked.Config.Standalone?.Hostname ?? "", linked.Config.Name]).Where(name => name.Length > 0).Distinct()));
            }
        }
    }

    public static IEnumerable<KeyValuePair<string, string>> Environment(RuntimeParts parts, ContainerRecord record) =>
        Links(record).Where(link => link.WithEnvironment).SelectMany(link => parts.Table.Find(link.ContainerId)?.Record is { } linked ? Environment(parts, record, link, linked) : []);

    /// <summary>Those that run and have a link to it: their files name its address.</summary>
    public static IEnumerable<ContainerRecord> To(RuntimeParts parts, string id) => parts.Table.All
        .Select(entry => entry.Record)
        .Where(record => record.State == ContainerState.Running && Links(record).Any(link => link.ContainerId == id));

    private static IReadOnlyList<ContainerLink> Links(ContainerRecord record) => record.Config.Standalone?.Links ?? [];

    private static string AddressOf(ContainerRecord linked, ContainerRecord record) =>
        linked.Endpoints.FirstOrDefault(endpoint => record.Endpoints.Any(own => own.NetworkId == endpoint.NetworkId))?.Address ?? linked.Address;

    private static IEnumerable<KeyValuePair<string, string>> Environment(RuntimeParts parts, ContainerRecord record, ContainerLink link, ContainerRecord linked)
    {
        var address = AddressOf(linked, record);
        var prefix = link.Alias.ToUpperInvariant().Replace('-', '_');
        var image = parts.Images.Find(linked.ImageId)?.Config;
        var ports = (image?.ExposedPorts ?? []).Select(text => text.Split('/') is [var port, var protocol] ? (Port: port, Protocol: protocol) : (Port: text, Protocol: "tcp"))
            .Concat((linked.Config.Standalone?.Network?.Ports ?? []).Select(port => (Port: port.ContainerPort.ToString(CultureInfo.InvariantCulture), port.Protocol)))
            .Select(port => (port.Port, Protocol: port.Protocol.ToLowerInvariant()))
            .Distinct()
            .OrderBy(port => int.Parse(port.Port, CultureInfo.InvariantCulture))
            .ToList();
        if (ports.Count > 0)
        {
            yield return new($"{prefix}_PORT", $"{ports[0].Protocol}://{address}:{ports[0].Port}");
        }

        foreach (var (port, protocol) in ports)
        {
            var name = $"{prefix}_PORT_{port}_{protocol.ToUpperInvariant()}";
            yield return new(name, $"{protocol}://{address}:{port}");
            yield return new($"{name}_ADDR", address);
            yield return new($"{name}_PORT", port);
            yield return new($"{name}_PROTO", protocol);
        }

        yield return new($"{prefix}_NAME", $"/{record.Config.Name}/{link.Alias}");
        foreach (var (key, value) in (image?.Env ?? []).Select(Pair).Concat(linked.Config.Env).Where(pair => !OfEvery.Contains(pair.Key)))
        {
            yield return new($"{prefix}_ENV_{key}", value);
        }
    }

    private static KeyValuePair<string, string> Pair(string text) => text.Split('=', 2) is [var name, var value] ? new(name, value) : new(text, "");
}
