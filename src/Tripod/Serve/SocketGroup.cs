using System.Globalization;
using Tripod.Linux.FileSystem;

namespace Tripod.Serve;

/// <summary>Lets the members of a group speak to a door's socket, as dockerd does; they are as good as root then.</summary>
internal static class SocketGroup
{
    private const string Groups = "/etc/group";
    private const int Root = 0;

    /// <summary>Where there is no such group the socket stays root's alone.</summary>
    public static void Give(string socket, string group)
    {
        if (Entries().FirstOrDefault(fields => fields[0] == group) is { } entry)
        {
            Ownership.Change(socket, Root, int.Parse(entry[2], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Whether a user is in the group that the socket is given to.</summary>
    public static bool IsFor(string user, string group) =>
        Entries().FirstOrDefault(fields => fields[0] == group) is { } entry && entry[3].Split(',').Contains(user);

    /// <summary>group(5): name, password, gid, members.</summary>
    private static IEnumerable<string[]> Entries() => File.Exists(Groups) ? File.ReadLines(Groups).Select(line => line.Split(':')).Where(fields => fields.Length == 4) : [];
}
