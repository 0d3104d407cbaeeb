using System.Security.Cryptography;
using System.Text;

namespace Tripod.FrontDoors.Kubernetes.Authentication;

/// <summary>Static bearer tokens, as Kubernetes' --token-auth-file has them: token, user, uid and, in quotes, groups.</summary>
internal sealed class TokenFile
{
    // Looked up by digest, so that the time it takes says nothing about a token.
    private readonly Dictionary<string, UserIdentity> users = [];

    private TokenFile()
    {
    }

    public static TokenFile None { get; } = new();

    /// <exception cref="InvalidDataException">A line cannot be understood.</exception>
    public static TokenFile Parse(IEnumerable<string> lines, string path)
    {
        var file = new TokenFile();
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line) || line.StartsWith('#'))
            {
                continue;
            }

            var fields = Fields(line);
            if (fields.Count is < 3 or > 4 || fields[0].Length == 0 || fields[1].Length == 0)
            {
                throw new InvalidDataException($"token file {path}: line {number} must be: token,user,uid or token,user,uid,\"group,group\"");
            }

            // Who is named without groups is one of the machine's own administrators; with groups, they say what is granted.
            var groups = fields.Count == 4 ? fields[3].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [UserIdentity.Administrators];
            file.users[Digest(fields[0])] = new(fields[1], fields[2], [.. groups, UserIdentity.Authenticated]);
        }

        return file;
    }

    public UserIdentity? Find(string token) => users.GetValueOrDefault(Digest(token));

    private static string Digest(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        foreach (var letter in line)
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (letter == ',' && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(letter);
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }
}
