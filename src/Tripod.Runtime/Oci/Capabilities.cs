using System.Globalization;

namespace Tripod.Runtime.Oci;

/// <summary>Which capabilities a container gets (capabilities(7)): Docker's default set, what is added and dropped, never more than the engine may give.</summary>
internal static class Capabilities
{
    /// <summary>By their numbers in the kernel.</summary>
    private static readonly string[] All =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
        "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE",
        "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    private static readonly string[] Default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    /// <param name="bounding">What the engine itself may hand on (<see cref="Bounding"/>).</param>
    /// <exception cref="RuntimeException">A name that is no capability.</exception>
    public static IReadOnlySet<string> For(bool privileged, IEnumerable<string> add, IEnumerable<string> drop, IReadOnlySet<string> bounding)
    {
        var added = add.Select(Named).ToList();
        var dropped = drop.Select(Named).ToList();
        if (privileged)
        {
            return bounding;
        }

        IEnumerable<string> set = added.Contains("ALL") ? All : dropped.Contains("ALL") ? added : Default.Concat(added);
        return set.Where(name => name != "ALL" && !(dropped.Contains(name) && !added.Contains(name))).Where(bounding.Contains).ToHashSet();
    }

    /// <summary>The engine's own bounding set, from <c>CapBnd</c> of /proc/self/status.</summary>
    public static IReadOnlySet<string> Bounding()
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("CapBnd:", StringComparison.Ordinal));
        var mask = ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return All.Where((_, number) => (mask >> number & 1) == 1).ToHashSet();
    }

    private static string Named(string name)
    {
        var full = name.ToUpperInvariant() is var upper && (upper == "ALL" || upper.StartsWith("CAP_", StringComparison.Ordinal)) ? upper : "CAP_" + upper;
        return full == "ALL" || All.Contains(full)
            ? full
            : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"unknown capability {name}: write it as in capabilities(7), for example NET_ADMIN");
    }
}
