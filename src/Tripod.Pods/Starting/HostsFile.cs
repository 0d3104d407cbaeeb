using System.Text;
using k8s.Models;
using Tripod.Pods.Volumes;

namespace Tripod.Pods.Starting;

/// <summary>A pod's /etc/hosts, shared by its containers. The first line is the kubelet's, by which programs tell whose file it is.</summary>
internal static class HostsFile
{
    public static string PathOf(PodVolumes volumes, PodView pod) => Path.Combine(volumes.PodDirectory(pod.Uid), "etc-hosts");

    public static void Write(PodVolumes volumes, PodView pod, IReadOnlyList<string> addresses)
    {
        var path = PathOf(volumes, pod);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, Text(pod.Spec, PodHostname.Of(pod).HostsEntry, addresses));
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4); // 0644
    }

    private static string Text(V1PodSpec spec, string names, IReadOnlyList<string> addresses)
    {
        var text = new StringBuilder();
        if (spec.HostNetwork == true)
        {
            text.Append("# Kubernetes-managed hosts file (host network).\n").Append(File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : "");
        }
        else
        {
            text.Append("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n");
            foreach (var address in addresses)
            {
                text.Append(address).Append('\t').Append(names).Append('\n');
            }
        }

        if (spec.HostAliases is { Count: > 0 })
        {
            text.Append("\n# Entries added by HostAliases.\n");
        }

        foreach (var alias in spec.HostAliases ?? [])
        {
            text.Append(alias.Ip).Append('\t').AppendJoin('\t', alias.Hostnames ?? []).Append('\n');
        }

        return text.ToString();
    }
}
