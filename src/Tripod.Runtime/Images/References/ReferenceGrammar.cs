using System.Text.RegularExpressions;

namespace Tripod.Runtime.Images.References;

/// <summary>The grammar of references as the distribution project and Docker have it.</summary>
internal static partial class ReferenceGrammar
{
    private const int LongestName = 255, LongestText = 512;

    /// <returns>The reference, or what is wrong with the text (to follow "invalid reference format").</returns>
    public static (ImageReference? Reference, string Problem) Parse(string text)
    {
        if (text.Length > LongestText)
        {
            return (null, $": it is longer than {LongestText} characters");
        }

        if (BareId().IsMatch(text))
        {
            return (null, ": a name of 64 hexadecimal digits would look like an image id");
        }

        var (rest, digest) = Cut(text, text.IndexOf('@', StringComparison.Ordinal));
        if (digest is not null && !Digests.IsValid(digest))
        {
            return (null, ": the digest must be sha256: and 64 lower-case hexadecimal digits");
        }

        var colon = rest.LastIndexOf(':');
        var (name, tag) = Cut(rest, colon > rest.LastIndexOf('/') ? colon : -1);
        if (tag is not null && !TagForm().IsMatch(tag))
        {
            return (null, tag.Length > 128 ? ": the tag is longer than 128 characters" : "");
        }

        var (host, repository) = SplitHost(name);
        if (!HostForm().IsMatch(host))
        {
            return (null, "");
        }

        if (!RepositoryForm().IsMatch(repository))
        {
            return (null, RepositoryForm().IsMatch(repository.ToLowerInvariant()) ? $": repository name ({repository}) must be lowercase" : "");
        }

        return host.Length + 1 + repository.Length > LongestName
            ? (null, $": the repository name is longer than {LongestName} characters")
            : (new ImageReference(host, repository, tag, digest), "");
    }

    private static (string Before, string? After) Cut(string text, int at) => at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);

    /// <summary>The part before the first slash is a host only if it could be no part of a repository on Docker Hub.</summary>
    private static (string Host, string Repository) SplitHost(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var isHost = slash >= 0 && (first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper));
        var (host, repository) = isHost ? (first, name[(slash + 1)..]) : ("docker.io", name);
        if (host == "index.docker.io")
        {
            host = "docker.io";
        }

        return (host, host == "docker.io" && !repository.Contains('/', StringComparison.Ordinal) ? $"library/{repository}" : repository);
    }

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex BareId();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagForm();

    [GeneratedRegex(@"\A(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?\z")]
    private static partial Regex HostForm();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex RepositoryForm();
}
