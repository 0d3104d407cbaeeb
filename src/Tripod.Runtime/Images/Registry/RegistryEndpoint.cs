using System.Net;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Registry;

/// <summary>One place that serves a repository: a mirror, or the registry itself.</summary>
/// <param name="Authority">Host and port that are connected to.</param>
/// <param name="Schemes">Tried in this order; the first that answers is kept to.</param>
/// <param name="AnyCertificate">TLS without a known certificate will do.</param>
/// <param name="Repository">As it stands in the place's own paths.</param>
/// <param name="Credentials">Never those of the registry for a mirror.</param>
internal sealed record RegistryEndpoint(
    string Authority, IReadOnlyList<string> Schemes, bool AnyCertificate, string Repository, RegistryCredentials? Credentials)
{
    /// <summary>What a token is asked for.</summary>
    public string Actions { get; init; } = "pull";

    /// <summary>Where a reference is pushed to: the registry itself, no mirror.</summary>
    public static RegistryEndpoint ForPush(ImageReference reference, IReadOnlyList<RegistryOptions> registries, RegistryCredentials? credentials) =>
        For(reference, registries, credentials)[^1] with { Actions = "pull,push" };

    /// <summary>Where a reference can be had, in the order to ask.</summary>
    public static IReadOnlyList<RegistryEndpoint> For(
        ImageReference reference, IReadOnlyList<RegistryOptions> registries, RegistryCredentials? credentials)
    {
        var options = registries.FirstOrDefault(registry => registry.Host == reference.Host);
        var insecure = options?.Insecure == true || IsLoopback(reference.Host);
        var own = new RegistryEndpoint(
            reference.Host == "docker.io" ? "registry-1.docker.io" : reference.Host,
            insecure ? ["https", "http"] : ["https"], insecure, reference.Repository, credentials);
        return [.. (options?.Mirrors ?? []).Select(mirror => Mirror(mirror, reference, options!.Insecure)), own];
    }

    private static RegistryEndpoint Mirror(string mirror, ImageReference reference, bool insecure)
    {
        if (!Uri.TryCreate(mirror, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new RuntimeException(
                RuntimeErrorKind.InvalidArgument, $"mirror \"{mirror}\" of {reference.Host} is no http:// or https:// address: correct registries: in the configuration", "ErrImagePull");
        }

        var path = address.AbsolutePath.Trim('/');
        var loopback = address.IsLoopback;
        return new(address.Authority, [address.Scheme], insecure || loopback, path.Length == 0 ? reference.Repository : $"{path}/{reference.Repository}", null);
    }

    /// <summary>Docker too takes a registry on this machine without TLS.</summary>
    private static bool IsLoopback(string host)
    {
        var colon = host.LastIndexOf(':');
        var name = colon > host.LastIndexOf(']') ? host[..colon] : host;
        return name == "localhost" || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
