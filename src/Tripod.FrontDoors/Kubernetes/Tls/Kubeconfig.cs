using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.FrontDoors.Tls;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Kubernetes.Tls;

/// <summary>Writes the file with which kubectl reaches the door as the machine's administrator.</summary>
internal static class Kubeconfig
{
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(365), RenewBefore = TimeSpan.FromDays(90);

    /// <summary>The client's key is kept beside the authority, so that a kubeconfig that was copied stays good after a restart.</summary>
    public static void Write(string path, string server, string pkiDirectory, CertificateAuthority authority, TimeProvider clock)
    {
        var client = ClientPem(Path.Combine(pkiDirectory, "admin.pem"), authority, clock);
        var text = Text(server, authority.CertificatePem, UserIdentity.AdministratorName, client, space: null);
        if (File.Exists(path) && File.ReadAllText(path) == text)
        {
            return;
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
        {
            Directory.CreateDirectory(directory);
        }

        PrivateFile.Write(path, text);
    }

    /// <param name="server">The door's address.</param>
    /// <param name="authority">PEM.</param>
    /// <param name="user">As the certificate names them.</param>
    /// <param name="client">Certificate and key, PEM.</param>
    /// <param name="space">The namespace to begin in; null: default.</param>
    public static string Text(string server, string authority, string user, string client, string? space) => $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: tripod
          cluster:
            server: {server}
            certificate-authority-data: {Encoded(authority)}
        contexts:
        - name: tripod
          context:
            cluster: tripod
            user: {Word(user)}{(space is null ? "" : $"\n    namespace: {Word(space)}")}
        current-context: tripod
        users:
        - name: {Word(user)}
          user:
            client-certificate-data: {Encoded(Pem.CertificatePart(client))}
            client-key-data: {Encoded(Pem.KeyPart(client))}

        """;

    private static string ClientPem(string path, CertificateAuthority authority, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        using var found = Pem.TryLoad(path);
        if (found is not null && authority.Issued(found) && found.NotAfter.ToUniversalTime() > now + RenewBefore)
        {
            return File.ReadAllText(path);
        }

        var pem = UserKubeconfig.Sign(authority, UserIdentity.AdministratorName, [UserIdentity.Administrators], Lasts, now);
        PrivateFile.Write(path, pem);
        return pem;
    }

    /// <summary>Every JSON string is one of YAML's; plain words stay as they are.</summary>
    private static string Word(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? text : $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.Default)}\"";

    private static string Encoded(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
}
