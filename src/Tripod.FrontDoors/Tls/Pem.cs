using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tripod.FrontDoors.Tls;

/// <summary>A certificate and its key in one file, so that they cannot come apart.</summary>
internal static class Pem
{
    public static string Of(X509Certificate2 certificate, ECDsa key) =>
        $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";

    /// <returns>Null where there is none, or none that can be used.</returns>
    public static X509Certificate2? TryLoad(string path)
    {
        try
        {
            return Load(File.ReadAllText(path));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="TryLoad(string)"/>
    public static X509Certificate2? TryLoad(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(File.ReadAllText(certificate), File.ReadAllText(key));
        }
        catch (Exception failure) when (failure is IOException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    public static X509Certificate2 Load(string pem) => X509Certificate2.CreateFromPem(pem, pem);

    public static string CertificatePart(string pem) => Part(pem, "CERTIFICATE");

    public static string KeyPart(string pem) => Part(pem, "PRIVATE KEY");

    private static string Part(string pem, string label)
    {
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual(label))
            {
                return $"{rest[fields.Location]}\n";
            }

            rest = rest[fields.Location.End..];
        }

        throw new InvalidDataException($"no {label} in the PEM text");
    }
}
