using System.Security.Cryptography;
using System.Text;

namespace Tripod.Pods.Volumes;

/// <summary>A key pair made for a pod's certificate, with what a PodCertificateRequest says of it (KEP-4317).</summary>
/// <param name="PrivateKey">PKCS#8, PEM.</param>
/// <param name="PublicKey">A SubjectPublicKeyInfo, DER.</param>
/// <param name="Proof">The pod's uid, signed with the private key.</param>
internal sealed record PodCertificateKey(string PrivateKey, byte[] PublicKey, byte[] Proof)
{
    /// <exception cref="VolumeException">A type that cannot be made here.</exception>
    public static PodCertificateKey Make(string type, string podUid)
    {
        var uid = Encoding.ASCII.GetBytes(podUid);
        switch (type)
        {
            case "RSA3072" or "RSA4096":
                using (var rsa = RSA.Create(type == "RSA3072" ? 3072 : 4096))
                {
                    return new(rsa.ExportPkcs8PrivateKeyPem() + "\n", rsa.ExportSubjectPublicKeyInfo(), rsa.SignData(uid, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));
                }

            case "ECDSAP256" or "ECDSAP384" or "ECDSAP521":
                var (curve, hash) = type switch
                {
                    "ECDSAP256" => (ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
                    "ECDSAP384" => (ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
                    _ => (ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
                };
                using (var ecdsa = ECDsa.Create(curve))
                {
                    return new(ecdsa.ExportPkcs8PrivateKeyPem() + "\n", ecdsa.ExportSubjectPublicKeyInfo(), ecdsa.SignData(uid, hash, DSASignatureFormat.Rfc3279DerSequence));
                }

            default:
                throw new VolumeException($"podCertificate keyType {type} is not supported by tripod: use ECDSAP256, ECDSAP384, ECDSAP521, RSA3072 or RSA4096");
        }
    }
}
