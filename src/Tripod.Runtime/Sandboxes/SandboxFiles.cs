using System.Text;

namespace Tripod.Runtime.Sandboxes;

/// <summary>resolv.conf and hostname of a sandbox, which its containers share.</summary>
internal static class SandboxFiles
{
    public static void Write(string bundle, SandboxConfig config)
    {
        Write(bundle, "hostname", (config.Hostname.Length > 0 ? config.Hostname : Environment.MachineName) + "\n");
        Write(bundle, "resolv.conf", config.Dns is { } dns ? Text(dns) : OfHost(File.Exists("/etc/resolv.conf") ? File.ReadAllText("/etc/resolv.conf") : "", config.HostNetwork));
    }

    /// <summary>
    /// The host's, but for name servers on its loopback, which a pod cannot reach. With none left a lookup asks 127.0.0.1
    /// in the pod, where nothing listens, and fails at once instead of hanging.
    /// </summary>
    public static string OfHost(string text, bool hostNetwork) => hostNetwork
        ? text
        : string.Concat(text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !IsLoopbackServer(line))
            .Select(line => line + "\n"));

    private static bool IsLoopbackServer(string line) =>
        line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var server, ..]
        && (server.StartsWith("127.", StringComparison.Ordinal) || server == "::1");

    private static string Text(DnsConfig dns)
    {
        var text = new StringBuilder();
        foreach (var server in dns.Servers)
        {
            text.Append("nameserver ").Append(server).Append('\n');
        }

        if (dns.Searches.Count > 0)
        {
            text.Append("search ").AppendJoin(' ', dns.Searches).Append('\n');
        }

        if (dns.Options.Count > 0)
        {
            text.Append("options ").AppendJoin(' ', dns.Options).Append('\n');
        }

        return text.ToString();
    }

    private static void Write(string bundle, string name, string text)
    {
        var path = Path.Combine(bundle, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4); // 0644
    }
}
