using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tripod.FrontDoors.Kubernetes.Tls;

/// <summary>
/// The certificate authority made at first start, below ROOT/pki, and what it signs: the server's certificate and each
/// user's. Keys are P-256 and readable by root alone.
/// </summary>
public sealed class Authority
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650), LeafLifetime = TimeSpan.FromDays(365), RenewBefore = TimeSpan.FromDays(30);

    private readonly string folder;
    private readonly TimeProvider clock;
    private readonly X509Certificate2 certificate;

    private Authority(string folder, TimeProvider clock, X509Certificate2 certificate) => (this.folder, this.clock, this.certificate) = (folder, clock, certificate);

    public string Pem => certificate.ExportCertificatePem();

    public static Authority Open(string folder, TimeProvider clock)
    {
        Directory.CreateDirectory(folder, (UnixFileMode)0x1C0); // 0700
        var found = Load(folder, "ca");
        if (found is null)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=tripod-ca", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, true));
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            using var made = request.CreateSelfSigned(clock.GetUtcNow().AddMinutes(-5), clock.GetUtcNow() + Lifetime);
            Save(folder, "ca", made.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
            found = Load(folder, "ca")!;
        }

        return new(folder, clock, found);
    }

    /// <summary>The server's certificate for these names and addresses; made anew when they changed or it is about to run out.</summary>
    public X509Certificate2 Server(IReadOnlyCollection<string> names)
    {
        var wanted = string.Join(',', names.Order(StringComparer.Ordinal));
        var namesFile = Path.Combine(folder, "server.names");
        if (Load(folder, "server") is { } found && found.NotAfter.ToUniversalTime() > clock.GetUtcNow() + RenewBefore && File.Exists(namesFile) && File.ReadAllText(namesFile) == wanted)
        {
            return found;
        }

        Sign("server", "CN=tripod", "1.3.6.1.5.5.7.3.1", names);
        File.WriteAllText(namesFile, wanted);
        return Load(folder, "server")!;
    }

    /// <summary>A client certificate: the user is its common name, the groups its organizations. PEM of certificate and key.</summary>
    public (string Certificate, string Key) Client(string file, string user, string group)
    {
        if (Load(folder, file) is not { } found || found.NotAfter.ToUniversalTime() < clock.GetUtcNow() + RenewBefore)
        {
            Sign(file, $"O={group}, CN={user}", "1.3.6.1.5.5.7.3.2", []);
        }

        return (File.ReadAllText(Path.Combine(folder, $"{file}.crt")), File.ReadAllText(Path.Combine(folder, $"{file}.key")));
    }

    /// <summary>Whether this authority signed the certificate, and it is within its time.</summary>
    public bool Signed(X509Certificate2 client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        return chain.Build(client);
    }

    private void Sign(string file, string subject, string usage, IReadOnlyCollection<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        if (names.Count > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                if (IPAddress.TryParse(name, out var address))
                {
                    alternatives.AddIpAddress(address);
                }
                else
                {
                    alternatives.AddDnsName(name);
                }
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        using var signed = request.Create(certificate, clock.GetUtcNow().AddMinutes(-5), clock.GetUtcNow() + LeafLifetime, RandomNumberGenerator.GetBytes(16));
        Save(folder, file, signed.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2? Load(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists($"{path}.crt") && File.Exists($"{path}.key") ? X509Certificate2.CreateFromPemFile($"{path}.crt", $"{path}.key") : null;
    }

    /// <summary>The key first: a certificate is only ever found beside the key it was made with.</summary>
    private static void Save(string folder, string name, string certificate, string key)
    {
        PrivateFile.Write(Path.Combine(folder, $"{name}.key"), key);
        PrivateFile.Write(Path.Combine(folder, $"{name}.crt"), certificate);
    }
}
