using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Networking;

/// <summary>One of the filter table's own chains.</summary>
/// <param name="IsForward">FORWARD; else INPUT.</param>
/// <param name="Drops">What no rule speaks of: by its policy, or by a last rule for all.</param>
/// <param name="Interfaces">That its rules name.</param>
public sealed record LegacyChain(bool IsForward, bool Drops, IReadOnlyList<string> Interfaces);

/// <summary>
/// The packet filter that was there before nftables, whose tables <c>nft</c> does not show: read as <c>iptables-legacy</c>
/// reads it (linux/netfilter_ipv4/ip_tables.h, netfilter_ipv6/ip6_tables.h, netfilter/x_tables.h).
/// </summary>
public static partial class LegacyTables
{
    private const int AF_INET = 2, AF_INET6 = 10, SOCK_RAW = 3, SOCK_CLOEXEC = 0x80000, IPPROTO_RAW = 255, IPPROTO_IP = 0, IPPROTO_IPV6 = 41;
    private const int SO_GET_INFO = 64, SO_GET_ENTRIES = 65;
    private const int NF_INET_LOCAL_IN = 1, NF_INET_FORWARD = 2;
    private const int TableName = 32, InfoSize = 84, HookEntry = 36, Underflow = 56, Size = 80;
    private const int InterfaceName = 16, MaxSize = 1 << 24;

    /// <summary>An entry's head: addresses to match, in them the names of interfaces; where its target begins, and the next entry.</summary>
    private sealed record Layout(int Family, int Level, string Names, int Interfaces, int AddressesEnd, int TargetOffset, int NextOffset, int Head);

    private static readonly Layout Inet = new(AF_INET, IPPROTO_IP, "/proc/net/ip_tables_names", 16, 84, 88, 90, 112);
    private static readonly Layout Inet6 = new(AF_INET6, IPPROTO_IPV6, "/proc/net/ip6_tables_names", 64, 136, 140, 142, 168);

    /// <summary>INPUT and FORWARD of the table <c>filter</c>; none where nobody has made one in the calling thread's network, or it cannot be read. Loads no module.</summary>
    public static IReadOnlyList<LegacyChain> Filter(bool inet6)
    {
        var layout = inet6 ? Inet6 : Inet;
        try
        {
            if (!File.Exists(layout.Names) || !File.ReadLines(layout.Names).Contains("filter", StringComparer.Ordinal))
            {
                return [];
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return Read(layout) is var (info, entries) ? [.. ((int[])[NF_INET_LOCAL_IN, NF_INET_FORWARD]).Select(hook => Chain(layout, info, entries, hook))] : [];
    }

    private static (byte[] Info, byte[] Entries)? Read(Layout layout)
    {
        var number = socket(layout.Family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
        if (number < 0)
        {
            return null;
        }

        using var descriptor = new FileDescriptor(number);
        var info = new byte[InfoSize];
        "filter"u8.CopyTo(info);
        var length = (uint)info.Length;
        if (getsockopt(descriptor, layout.Level, SO_GET_INFO, info, ref length) != 0 || Number(info, Size) is not (> 0 and <= MaxSize and var size))
        {
            return null;
        }

        // struct ipt_get_entries: the name, the size, and at a multiple of eight the entries.
        const int Header = 40;
        var entries = new byte[Header + size];
        "filter"u8.CopyTo(entries);
        BinaryPrimitives.WriteInt32LittleEndian(entries.AsSpan(TableName), size);
        length = (uint)entries.Length;
        return getsockopt(descriptor, layout.Level, SO_GET_ENTRIES, entries, ref length) == 0 ? (info, entries[Header..]) : null; // Else it has changed in between.
    }

    /// <summary>A hook's rules stand between its first entry and its policy.</summary>
    private static LegacyChain Chain(Layout layout, byte[] info, byte[] entries, int hook)
    {
        var (at, policy) = (Number(info, HookEntry + (hook * sizeof(int))), Number(info, Underflow + (hook * sizeof(int))));
        var drops = IsDrop(layout, entries, policy);
        var interfaces = new List<string>();
        while (at >= 0 && at < policy && at + layout.Head <= entries.Length)
        {
            interfaces.AddRange(((int[])[layout.Interfaces, layout.Interfaces + InterfaceName]).Select(name => Text(entries, at + name)).Where(static name => name.Length > 0));
            var next = BinaryPrimitives.ReadUInt16LittleEndian(entries.AsSpan(at + layout.NextOffset));
            drops |= at + next == policy && IsForAll(layout, entries, at) && IsDrop(layout, entries, at);
            at = next == 0 ? policy : at + next;
        }

        return new(hook == NF_INET_FORWARD, drops, interfaces);
    }

    /// <summary>No address, no interface, no protocol and no further match is asked for.</summary>
    private static bool IsForAll(Layout layout, byte[] entries, int at) =>
        entries.AsSpan(at, layout.AddressesEnd).IndexOfAnyExcept((byte)0) < 0 && BinaryPrimitives.ReadUInt16LittleEndian(entries.AsSpan(at + layout.TargetOffset)) == layout.Head;

    /// <summary>The standard target with the verdict NF_DROP, which is kept as -(verdict) - 1; or REJECT.</summary>
    private static bool IsDrop(Layout layout, byte[] entries, int at)
    {
        if (at < 0 || at + layout.Head > entries.Length)
        {
            return false;
        }

        var target = at + BinaryPrimitives.ReadUInt16LittleEndian(entries.AsSpan(at + layout.TargetOffset));
        const int Name = 2, Verdict = 32, Drop = -1;
        return target + Verdict + sizeof(int) <= entries.Length && Text(entries, target + Name) switch
        {
            "" => Number(entries, target + Verdict) == Drop,
            var name => name == "REJECT",
        };
    }

    private static int Number(byte[] bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at));

    private static string Text(byte[] bytes, int at)
    {
        var text = bytes.AsSpan(at, Math.Min(InterfaceName, bytes.Length - at));
        return Encoding.ASCII.GetString(text.IndexOf((byte)0) is >= 0 and var end ? text[..end] : text);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(FileDescriptor fd, int level, int name, byte[] value, ref uint size);
}
