using System.Globalization;
using System.Text;
using Tripod.Runtime.Containers;

namespace Tripod.Runtime.Oci;

/// <summary>Who a container's process is, in numbers.</summary>
internal sealed record ProcessUser(uint Uid, uint Gid, IReadOnlyList<uint> Groups, string Home);

/// <summary>
/// Turns a user as images and manifests write it into numbers, by the container's own passwd(5) and group(5). Pure: the
/// files come in as text.
/// </summary>
internal static class UserLookup
{
    /// <exception cref="RuntimeException">The name is in no passwd file.</exception>
    public static ProcessUser Resolve(LinuxSecurity security, string imageUser, byte[]? passwdFile, byte[]? groupFile)
    {
        var passwd = Lines(passwdFile, 7);
        var group = Lines(groupFile, 4);
        var wanted = security.RunAsUser is { } number ? number.ToString(CultureInfo.InvariantCulture)
            : security.RunAsUsername.Length > 0 ? security.RunAsUsername
            : imageUser;
        var parts = wanted.Split(':', 2);
        var account = Account(parts[0].Length > 0 ? parts[0] : "0", passwd);
        var gid = security.RunAsGroup is { } asked ? (uint)asked
            : parts.Length > 1 && parts[1].Length > 0 ? Group(parts[1], group)
            : account.Gid;
        var groups = new SortedSet<uint>(security.SupplementalGroups.Select(extra => (uint)extra));
        groups.UnionWith(security.SupplementalGroupNames.Select(name => Group(name, group)));
        if (!security.StrictSupplementalGroups && account.Name is { } name)
        {
            groups.UnionWith(group.Where(line => line[3].Split(',').Contains(name)).Select(line => Number(line[2]) ?? 0));
        }

        return new(account.Uid, gid, [.. groups.Append(gid).Distinct()], account.Home);
    }

    private static (string? Name, uint Uid, uint Gid, string Home) Account(string user, List<string[]> passwd)
    {
        var number = Number(user);
        var line = passwd.Find(line => line[0] == user) ?? (number is { } uid ? passwd.Find(line => Number(line[2]) == uid) : null);
        return line is not null ? ((string?)line[0], Number(line[2]) ?? 0u, Number(line[3]) ?? 0u, line[5])
            : number is { } unknown ? ((string?)null, unknown, 0u, unknown == 0 ? "/root" : "/")
            : user == "root" ? ((string?)"root", 0u, 0u, "/root")
            : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"unable to find user {user}: no matching entries in the image's passwd file", "CreateContainerError");
    }

    private static uint Group(string name, List<string[]> group) =>
        group.Find(line => line[0] == name) is { } line ? Number(line[2]) ?? 0
        : Number(name) ?? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"unable to find group {name}: no matching entries in the image's group file", "CreateContainerError");

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static List<string[]> Lines(byte[]? file, int fields) =>
        file is null ? [] : [.. Encoding.UTF8.GetString(file).Split('\n').Select(line => line.TrimEnd('\r').Split(':')).Where(parts => parts.Length >= fields)];
}
