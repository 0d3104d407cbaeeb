using System.IO.Enumeration;

namespace Tripod.Pods.Starting.Credentials;

/// <summary>Which of a docker configuration's keys are for an image (Kubernetes, "Images": interpretation of config.json). Pure.</summary>
internal static class RegistryMatch
{
    private static readonly string[] DockerHub = ["docker.io", "index.docker.io", "registry-1.docker.io"];

    /// <param name="key">A host with or without scheme, port and path; each part of the host may have a <c>*</c> in it.</param>
    /// <param name="host">Of the image, as it stands in its whole name.</param>
    /// <param name="repository">Of the image.</param>
    public static bool IsFor(string key, string host, string repository)
    {
        var (keyHost, path) = Split(key);
        if (DockerHub.Contains(keyHost))
        {
            return DockerHub.Contains(host) && IsBelow(repository, path);
        }

        var (pattern, port) = Port(keyHost);
        var (name, imagePort) = Port(host);
        var (patterns, names) = (pattern.Split('.'), name.Split('.'));
        return port == imagePort && patterns.Length == names.Length
            && patterns.Zip(names).All(pair => FileSystemName.MatchesSimpleExpression(pair.First, pair.Second, ignoreCase: false))
            && IsBelow(repository, path);
    }

    private static (string Host, string Path) Split(string key)
    {
        var rest = key.Contains("://", StringComparison.Ordinal) ? key[(key.IndexOf("://", StringComparison.Ordinal) + 3)..] : key;
        var parts = rest.TrimEnd('/').Split('/', 2);
        // What docker login writes for Docker Hub, and old clients for every registry, ends in the API's version.
        return (parts[0], parts.Length < 2 || parts[1] is "v1" or "v2" ? "" : parts[1]);
    }

    private static (string Name, string Port) Port(string host) => host.LastIndexOf(':') is > 0 and var colon ? (host[..colon], host[(colon + 1)..]) : (host, "");

    private static bool IsBelow(string repository, string path) =>
        path.Length == 0 || repository == path || repository.StartsWith($"{path}/", StringComparison.Ordinal);
}
