using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Tripod.FrontDoors.Kubernetes.Listing;

/// <summary>Where the next chunk of a list begins, and the revision that all its chunks show. Opaque to clients.</summary>
/// <param name="Revision">0: the one that there is when the chunk is read.</param>
/// <param name="StartKey">The first key of the chunk.</param>
internal sealed record ContinueToken(long Revision, string StartKey)
{
    public string Encode() =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Revision}:{StartKey}")));

    /// <exception cref="ApiException">400, the token is not one of ours for this collection.</exception>
    public static ContinueToken Parse(string text, string prefix)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var length))
        {
            var plain = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
            var colon = plain.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && long.TryParse(plain.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
                && plain[(colon + 1)..] is var key && key.StartsWith(prefix, StringComparison.Ordinal))
            {
                return new(revision, key);
            }
        }

        throw ApiException.BadRequest("continue key is not valid: it belongs to another list");
    }
}
