using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace Tripod.IntegrationTests.Pods;

/// <summary>Certificates of authorities that sign nothing; the same name is the same one.</summary>
internal static class Authorities
{
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>A certificate for a pod's key, once the proof has been looked at.</summary>
    /// <returns>PEM, and from when until when it is good.</returns>
    public static (string Chain, string Begin, string End) Sign(string publicKey, string proof, string podUid)
    {
        using var subject = ECDsa.Create();
        subject.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
        Assert.True(subject.VerifyData(System.Text.Encoding.ASCII.GetBytes(podUid), Convert.FromBase64String(proof), HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=signer", key, HashAlgorithmName.SHA256);
        var (begin, end) = (DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddHours(2));
        using var certificate = new CertificateRequest(new X500DistinguishedName("CN=pod"), subject, HashAlgorithmName.SHA256)
            .Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(key), begin, end, [1, 2, 3]);
        return (certificate.ExportCertificatePem() + "\n", $"{begin:yyyy-MM-ddTHH:mm:ssZ}", $"{end:yyyy-MM-ddTHH:mm:ssZ}");
    }

    /// <returns>PEM.</returns>
    public static string Of(string name) => Known.GetOrAdd(name, static name =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.ExportCertificatePem() + "\n";
    });
}
