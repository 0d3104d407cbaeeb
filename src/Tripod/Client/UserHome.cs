using Tripod.Linux.FileSystem;

namespace Tripod.Client;

/// <summary>The home of who types: under sudo that of the user before it, to whom new files are given.</summary>
/// <param name="Path">The directory.</param>
/// <param name="Name">The user before sudo; null where there is none.</param>
/// <param name="Uid">Theirs.</param>
/// <param name="Gid">Theirs.</param>
internal sealed record UserHome(string Path, string? Name = null, int? Uid = null, int? Gid = null)
{
    /// <summary>Whose files commands read that are begun with sudo.</summary>
    public static UserHome Root => new("/root");

    public static UserHome Find()
    {
        var user = Environment.GetEnvironmentVariable("SUDO_USER");
        if (!Environment.IsPrivilegedProcess || string.IsNullOrEmpty(user) || user == "root")
        {
            return new(Environment.GetEnvironmentVariable("HOME") ?? "/root");
        }

        var entry = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields[0] == user && fields.Length > 5)
            ?? throw new CommandFailure($"the user {user} is not in /etc/passwd: run tripod setup without sudo as a user who can read the engine's kubeconfig");
        return new(entry[5], user, int.Parse(entry[2], System.Globalization.CultureInfo.InvariantCulture), int.Parse(entry[3], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Whole or not at all, and for the user alone.</summary>
    public void Write(string path, string text)
    {
        // Where it is a link, as those who keep their configuration elsewhere have it, what it leads to is written.
        if (new FileInfo(path) is { LinkTarget: not null } link)
        {
            path = link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }

        var directory = System.IO.Path.GetDirectoryName(path)!;
        var made = new Stack<string>();
        for (var missing = directory; !Directory.Exists(missing); missing = System.IO.Path.GetDirectoryName(missing)!)
        {
            made.Push(missing);
        }

        while (made.TryPop(out var next))
        {
            Directory.CreateDirectory(next, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Give(next);
        }

        var partial = path + ".tripod";
        using (var file = new FileStream(partial, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        Give(partial);
        File.Move(partial, path, overwrite: true);
    }

    private void Give(string path)
    {
        if (Uid is { } uid && Gid is { } gid)
        {
            Ownership.Change(path, uid, gid);
        }
    }
}
