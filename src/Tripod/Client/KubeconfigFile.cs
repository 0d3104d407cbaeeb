using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Tripod.Serve;

namespace Tripod.Client;

/// <summary>One context of a kubeconfig: where the server is, whom to believe, and who asks.</summary>
internal sealed record KubeconfigFile(Uri Server, X509Certificate2? Authority, X509Certificate2? ClientCertificate, string? Token, string? Namespace)
{
    /// <summary>The engine's own, or where that is root's alone the copy that <c>tripod setup</c> made for the user.</summary>
    /// <exception cref="CommandFailure">Neither can be read.</exception>
    public static KubeconfigFile Of(EngineRecord engine)
    {
        try
        {
            return Read(engine.Kubeconfig, File.ReadAllText(engine.Kubeconfig), context: null)!;
        }
        catch (UnauthorizedAccessException failure)
        {
            return UserFiles.Kubeconfigs().Where(File.Exists).Select(Copy).FirstOrDefault(copy => copy?.Server == new Uri(engine.Kubernetes))
                ?? throw new CommandFailure($"permission denied on {engine.Kubeconfig}: run the command with sudo, or let sudo tripod setup give you a copy", inner: failure);
        }
    }

    /// <summary>One that the user names, at its current context.</summary>
    /// <exception cref="CommandFailure">It is not there, not readable, or no kubeconfig.</exception>
    public static KubeconfigFile Read(string path)
    {
        try
        {
            return Read(path, File.ReadAllText(path), context: null)!;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"error: {failure.Message}", inner: failure);
        }
    }

    private static KubeconfigFile? Copy(string path)
    {
        try
        {
            return Read(path, File.ReadAllText(path), IUserContext.Name);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <returns>Null where it has no such context.</returns>
    private static KubeconfigFile? Read(string path, string text, string? context)
    {
        try
        {
            var config = YamlDocuments.Read(text) is [var first, ..] ? first : [];
            var name = context ?? (string?)config["current-context"] ?? throw new FormatException("it has no current-context");
            if (Entry(config, "contexts", "context", name) is not { } chosen)
            {
                return context is null ? throw new FormatException($"its current-context {name} is not among its contexts") : null;
            }

            var cluster = Entry(config, "clusters", "cluster", (string?)chosen["cluster"]) ?? throw new FormatException($"the cluster of context {name} is missing");
            var user = Entry(config, "users", "user", (string?)chosen["user"]) ?? [];
            var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
            var (certificate, key) = (Pem(user, "client-certificate", directory), Pem(user, "client-key", directory));
            return new(
                new Uri((string?)cluster["server"] ?? throw new FormatException($"the cluster of context {name} has no server")),
                Pem(cluster, "certificate-authority", directory) is { } authority ? X509Certificate2.CreateFromPem(authority) : null,
                certificate is null ? null : X509Certificate2.CreateFromPem(certificate, key),
                (string?)user["token"],
                (string?)chosen["namespace"]);
        }
        catch (Exception failure) when (failure is YamlFault or FormatException or InvalidOperationException or CryptographicException or ArgumentException)
        {
            throw new CommandFailure($"error: {path} is no kubeconfig: {failure.Message}", inner: failure);
        }
    }

    private static JsonObject? Entry(JsonObject config, string list, string field, string? name) =>
        (config[list] as JsonArray)?.FirstOrDefault(entry => (string?)entry?["name"] == name)?[field] as JsonObject;

    /// <summary>In place, or in a file beside it.</summary>
    private static string? Pem(JsonObject entry, string field, string directory) =>
        (string?)entry[$"{field}-data"] is { } data ? Encoding.ASCII.GetString(Convert.FromBase64String(data))
        : (string?)entry[field] is { Length: > 0 } path ? File.ReadAllText(Path.Combine(directory, path))
        : null;
}
