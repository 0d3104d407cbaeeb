using Tripod.Linux.FileSystem;

namespace Tripod.Runtime.Sandboxes;

/// <summary>resolv.conf and hostname of a sandbox, which its containers share.</summary>
internal static class SandboxFiles
{
    private const string HostConfiguration = "/etc/resolv.conf";

    /// <param name="byPlugins">It is not on the engine's own network, where the engine's resolver is.</param>
    public static void Write(RuntimeParts parts, string bundle, SandboxConfig config, bool byPlugins)
    {
        var host = File.Exists(HostConfiguration) ? File.ReadAllText(HostConfiguration) : "";
        var own = parts.Resolver is null || byPlugins ? null : parts.Network.Gateway;
        Write(bundle, "hostname", (config.Hostname.Length > 0 ? config.Hostname : Environment.MachineName) + "\n");
        if (config.Owner.Length > 0)
        {
            // Who brings no hosts file of their own sees this one.
            var address = config.HostNetwork ? File.ReadAllText("/etc/hosts") : "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
            Write(bundle, "hosts", address);
        }

        Write(bundle, "resolv.conf", ResolverConfiguration.Of(config.Dns, host, config.HostNetwork, own, parts.Resolver?.Reachable ?? []));
        if (config.Users is { Root: var root })
        {
            foreach (var name in Directory.GetFiles(bundle))
            {
                Ownership.Change(name, (int)root.Uid, (int)root.Gid);
            }
        }
    }

    private static void Write(string bundle, string name, string text)
    {
        var path = Path.Combine(bundle, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4); // 0644
    }
}
