using System.Net;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Registry;

/// <summary>A manifest as one place has it, its digest verified.</summary>
internal sealed record FetchedManifest(string Digest, byte[] Content, string MediaType);

/// <summary>Asks one place for a manifest by tag or digest (distribution-spec, "Pulling manifests").</summary>
internal static class ManifestFetch
{
    /// <summary>Registries refuse larger ones too.</summary>
    private const int Largest = 8 << 20;

    public static async Task<FetchedManifest> Run(
        RegistryClient client, RegistryEndpoint endpoint, ImageReference reference, string? digest, CancellationToken cancel)
    {
        using var response = await client.Get(
            endpoint, $"manifests/{digest ?? reference.Tag}", headers => MediaTypes.Manifests.ToList().ForEach(type => headers.Accept.ParseAdd(type)), cancel);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var words = await RegistryErrorBody.Read(response, cancel);
            throw Refused(response.StatusCode, endpoint, reference, words);
        }

        byte[] content;
        try
        {
            content = await ReadAll(response, cancel);
        }
        catch (Exception cut) when (cut is HttpRequestException or IOException)
        {
            throw RegistryFailure.Unreachable(endpoint.Authority, cut);
        }

        var actual = Digests.Of(content);
        var announced = response.Headers.TryGetValues("Docker-Content-Digest", out var values) ? values.First() : null;
        var expected = digest ?? (announced is not null && Digests.IsValid(announced) ? announced : actual);
        return actual == expected
            ? new(actual, content, response.Content.Headers.ContentType?.MediaType ?? "")
            : throw new InvalidDataException($"the manifest from {endpoint.Authority} has the digest {actual}, not {expected}: the registry or something on the way changed it");
    }

    private static RegistryFailure Refused(HttpStatusCode status, RegistryEndpoint endpoint, ImageReference reference, string words)
    {
        var said = words.Length == 0 ? "" : $": {words}";
        return status switch
        {
            HttpStatusCode.NotFound => new(RuntimeErrorKind.NotFound, $"manifest for {reference} not found{said}"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(
                RuntimeErrorKind.PermissionDenied,
                $"pull access denied for {reference.Name}, repository does not exist or may require credentials (docker login, or an imagePullSecret){said}"),
            HttpStatusCode.TooManyRequests => new(RuntimeErrorKind.ResourceExhausted, $"registry {endpoint.Authority} has too many requests from here, try again later{said}"),
            _ => new(RuntimeErrorKind.Unavailable, $"registry {endpoint.Authority} answers HTTP {(int)status} for {reference}{said}"),
        };
    }

    private static async Task<byte[]> ReadAll(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var content = new MemoryStream();
        var buffer = new byte[1 << 16];
        while (await body.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            content.Write(buffer.AsSpan(0, read));
            if (content.Length > Largest)
            {
                throw new InvalidDataException($"the manifest is larger than {Largest >> 20} MiB");
            }
        }

        return content.ToArray();
    }
}
