using System.Text;

namespace Tripod.Linux.Networking;

/// <summary>Kernel settings under /proc/sys (sysctl(8)), of the calling thread's network namespace.</summary>
public static class Sysctl
{
    /// <summary>Sets a value, <paramref name="name"/> with slashes (<c>net/ipv4/ip_forward</c>); one that stands already is left alone, so a read-only /proc/sys does no harm then.</summary>
    public static void Set(string name, string value)
    {
        var path = "/proc/sys/" + name;
        if (File.ReadAllText(path).Trim() != value)
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(value), 0);
        }
    }

    /// <summary>As <see cref="Set"/>, but nothing happens where the kernel has no such setting.</summary>
    public static void SetIfPresent(string name, string value)
    {
        try
        {
            Set(name, value);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
        }
    }
}
