using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Tls;

/// <summary>The certificate that the door shows. Asked at each handshake, so that one near its end is replaced while the engine runs.</summary>
internal sealed class ServerCertificate(CertificateAuthority authority, string directory, IReadOnlyList<string> names, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(365), RenewBefore = TimeSpan.FromDays(90);

    private readonly Lock gate = new();
    private readonly string path = Path.Combine(directory, "server.pem");
    private volatile X509Certificate2? current;

    public X509Certificate2 Current()
    {
        if (current is { } known && Soon(known) is null)
        {
            return known;
        }

        lock (gate)
        {
            var found = current ?? Pem.TryLoad(path);
            var reason = found is null ? "there is none yet" : Stale(found);
            if (reason is not null)
            {
                found = Renew(reason);
            }

            current = found;
            return found!;
        }
    }

    private X509Certificate2 Renew(string reason)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.Ordinal))
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

        var now = clock.GetUtcNow();
        var pem = authority.Issue(new("CN=tripod"), KeyPurpose.ServerAuthentication, alternatives.Build(), now.AddHours(-1), now + Lasts);
        PrivateFile.Write(path, pem);
        LogMessages.CertificateRenewed(log, string.Join(", ", names), reason);
        return Pem.Load(pem);
    }

    private string? Stale(X509Certificate2 certificate) =>
        Soon(certificate)
        ?? (!authority.Issued(certificate) ? "it was signed by another authority"
        : !NamesOf(certificate).SetEquals(names) ? "the machine's names changed"
        : null);

    private string? Soon(X509Certificate2 certificate) =>
        certificate.NotAfter.ToUniversalTime() < clock.GetUtcNow() + RenewBefore ? "it ends soon" : null;

    private static HashSet<string> NamesOf(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return extension is null
            ? []
            : [.. extension.EnumerateDnsNames(), .. extension.EnumerateIPAddresses().Select(address => address.ToString())];
    }
}
