using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Tripod.FrontDoors.Kubernetes.Validation;

/// <summary>ClusterTrustBundles, and the volume sources that show them.</summary>
internal static class TrustBundleValidation
{
    private const int MostBytes = 1 << 20;

    /// <summary>The signer's name and a name, as in <c>example.com:signer:first</c>; or a name alone.</summary>
    public static IEnumerable<string> Name(string text) => NameRules.Subdomain(text[(text.LastIndexOf(':') + 1)..]);

    public static void Validate(JsonObject bundle, FieldErrors errors)
    {
        var spec = bundle.Map("spec") ?? [];
        ValidateSigner(bundle.Map("metadata").Text("name") ?? "", spec.Text("signerName") ?? "", errors);
        if (errors.Required(spec, "trustBundle", "spec") is not { } text)
        {
            return;
        }
        if (text.Length > MostBytes)
        {
            errors.Add(FieldError.TooLong("spec.trustBundle", MostBytes));
            return;
        }
        foreach (var fault in Faults(text))
        {
            errors.Add(FieldError.Invalid("spec.trustBundle", "<value omitted>", fault));
        }
    }

    public static void ValidateUpdate(JsonObject old, JsonObject changed, FieldErrors errors)
    {
        var signer = changed.Map("spec").Text("signerName") ?? "";
        if (signer != (old.Map("spec").Text("signerName") ?? ""))
        {
            errors.Add(FieldError.Invalid("spec.signerName", signer, "field is immutable"));
        }
    }

    public static void ValidateProjection(JsonObject source, string path, FieldErrors errors)
    {
        if (errors.Required(source, "path", path) is { } place)
        {
            MountValidation.ValidateInside(place, $"{path}.path", errors);
        }
        var (name, signer) = (source.Text("name") is { Length: > 0 }, source.Text("signerName") is { Length: > 0 });
        if (name && signer)
        {
            errors.Add(FieldError.Invalid(path, "", "only one of name and signerName may be used"));
        }
        else if (!name && !signer)
        {
            errors.Add(FieldError.Required(path, "either name or signerName must be specified"));
        }
        if (name && source.Map("labelSelector") is not null)
        {
            errors.Add(FieldError.Invalid($"{path}.labelSelector", "", "labelSelector must be unset if name is specified"));
        }
    }

    private static void ValidateSigner(string name, string signer, FieldErrors errors)
    {
        var prefix = signer.Replace('/', ':') + ":";
        if (signer.Length == 0 && name.Contains(':', StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid("metadata.name", name, "ClusterTrustBundle without signer name must not have \":\" in its name"));
        }
        else if (signer.Length > 0 && !name.StartsWith(prefix, StringComparison.Ordinal))
        {
            errors.Add(FieldError.Invalid("metadata.name", name, $"ClusterTrustBundle for signerName {signer} must be named with prefix {prefix}"));
        }
    }

    private static IEnumerable<string> Faults(string text)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var index = 0;
        for (ReadOnlySpan<char> rest = text; PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..], index++)
        {
            if (Fault(rest, found, index, seen) is { } fault)
            {
                return [fault];
            }
        }
        return index == 0 ? ["at least one trust anchor must be provided"] : [];
    }

    private static string? Fault(ReadOnlySpan<char> text, PemFields found, int index, Dictionary<string, int> seen)
    {
        if (text[found.Label] is not "CERTIFICATE")
        {
            return $"entry {index} has bad block type: {text[found.Label]}";
        }
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text[found.Base64Data].ToString()));
            if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            {
                return $"entry {index} is not a CA certificate";
            }
            return seen.TryAdd(certificate.Thumbprint, index) ? null : $"duplicate trust anchor (indices {seen[certificate.Thumbprint]} and {index})";
        }
        catch (CryptographicException)
        {
            return $"entry {index} does not parse as X.509";
        }
    }
}
