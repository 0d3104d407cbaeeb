using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Tls;

/// <summary>The door's own certificate authority: signs the server's certificate and its users', and is what both sides trust.</summary>
public sealed class CertificateAuthority
{
    private const string File = "ca.pem";

    private readonly X509Certificate2 certificate;

    private CertificateAuthority(X509Certificate2 certificate)
    {
        this.certificate = certificate;
        CertificatePem = certificate.ExportCertificatePem();
    }

    /// <summary>What clients must trust.</summary>
    public string CertificatePem { get; }

    /// <summary>Reads the authority from the directory, or makes one there that lasts ten years.</summary>
    /// <param name="directory">Made where it is missing, for its owner alone.</param>
    /// <param name="clock">What validity is counted from.</param>
    /// <param name="log">Told when an authority is made.</param>
    public static CertificateAuthority LoadOrCreate(string directory, TimeProvider clock, ILogger log)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(directory, File);
        if (Pem.TryLoad(path) is { } found && found.NotAfter > clock.GetUtcNow().AddDays(365).LocalDateTime)
        {
            return new(found);
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tripod-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var made = request.CreateSelfSigned(clock.GetUtcNow().AddHours(-1), clock.GetUtcNow().AddYears(10));
        PrivateFile.Write(path, Pem.Of(made, key));
        LogMessages.AuthorityMade(log, directory);
        return new(Pem.TryLoad(path) ?? throw new InvalidDataException($"certificate authority: {path} cannot be read back"));
    }

    /// <summary>Whether the authority signed the certificate for its bearer to act as a client, and it is valid now.</summary>
    internal bool Trusts(X509Certificate2 client, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(KeyPurpose.ClientAuthentication));
        return chain.Build(client);
    }

    /// <summary>Signs a new key; the result is PEM, certificate first.</summary>
    internal string Issue(X500DistinguishedName subject, string purpose, X509Extension? names, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(certificate, true, false));
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        using var made = request.Create(certificate, from, until < certificate.NotAfter ? until : certificate.NotAfter, RandomNumberGenerator.GetBytes(16));
        return Pem.Of(made, key);
    }

    /// <summary>Whether the authority's own key signed it.</summary>
    internal bool Issued(X509Certificate2 other) => other.IssuerName.RawData.AsSpan().SequenceEqual(certificate.SubjectName.RawData)
        && other.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().Any(key =>
            key.KeyIdentifier is { } id && id.Span.SequenceEqual(
                certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().First().SubjectKeyIdentifierBytes.Span));
}
