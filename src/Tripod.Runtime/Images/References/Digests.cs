using System.Security.Cryptography;
using System.Text;

namespace Tripod.Runtime.Images.References;

/// <summary>Digests as OCI writes them (image-spec, descriptor.md); sha256 is the one that is in use.</summary>
internal static class Digests
{
    private const string Prefix = "sha256:";

    public static bool IsValid(string digest) =>
        digest.Length == Prefix.Length + 64 && digest.StartsWith(Prefix, StringComparison.Ordinal) &&
        !digest.AsSpan(Prefix.Length).ContainsAnyExcept("0123456789abcdef");

    /// <summary>A digest that came from outside; it becomes part of paths.</summary>
    /// <exception cref="InvalidDataException"/>
    public static string Check(string? digest) =>
        digest is not null && IsValid(digest) ? digest : throw new InvalidDataException($"\"{digest}\" is no sha256 digest");

    /// <summary>The 64 digits without the algorithm.</summary>
    public static string Hex(string digest) => digest[Prefix.Length..];

    public static string Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    public static string FromHash(ReadOnlySpan<byte> hash) => Prefix + Convert.ToHexStringLower(hash);

    /// <summary>The chain ids of layers from their diff ids, lowest first (image-spec, config.md, "Layer ChainID").</summary>
    public static IReadOnlyList<string> Chain(IReadOnlyList<string> diffIds)
    {
        var chain = new List<string>(diffIds.Count);
        foreach (var diffId in diffIds)
        {
            chain.Add(chain.Count == 0 ? diffId : Of(Encoding.ASCII.GetBytes($"{chain[^1]} {diffId}")));
        }

        return chain;
    }
}
