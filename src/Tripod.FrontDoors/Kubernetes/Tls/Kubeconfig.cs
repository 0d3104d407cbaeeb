using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tripod.FrontDoors.Kubernetes.Authentication;

namespace Tripod.FrontDoors.Kubernetes.Tls;

/// <summary>Writes the file with which kubectl reaches the door as the machine's administrator.</summary>
internal static class Kubeconfig
{
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(365), RenewBefore = TimeSpan.FromDays(90);

    /// <summary>The client's key is kept beside the authority, so that a kubeconfig that was copied stays good after a restart.</summary>
    public static void Write(string path, string server, string pkiDirectory, CertificateAuthority authority, TimeProvider clock)
    {
        var client = ClientPem(Path.Combine(pkiDirectory, "admin.pem"), authority, clock);
        var text = $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: tripod
              cluster:
                server: {server}
                certificate-authority-data: {Encoded(authority.CertificatePem)}
            contexts:
            - name: tripod
              context:
                cluster: tripod
                user: {UserIdentity.AdministratorName}
            current-context: tripod
            users:
            - name: {UserIdentity.AdministratorName}
              user:
                client-certificate-data: {Encoded(Pem.CertificatePart(client))}
                client-key-data: {Encoded(Pem.KeyPart(client))}

            """;
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

    private static string ClientPem(string path, CertificateAuthority authority, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        using var found = Pem.TryLoad(path);
        if (found is not null && authority.Issued(found) && found.NotAfter.ToUniversalTime() > now + RenewBefore)
        {
            return File.ReadAllText(path);
        }

        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(UserIdentity.Administrators);
        subject.AddCommonName(UserIdentity.AdministratorName);
        var pem = authority.Issue(subject.Build(), KeyPurpose.ClientAuthentication, names: null, now.AddHours(-1), now + Lasts);
        PrivateFile.Write(path, pem);
        return pem;
    }

    private static string Encoded(string pem) => Convert.ToBase64String(Encoding.UTF8.GetBytes(pem));
}
