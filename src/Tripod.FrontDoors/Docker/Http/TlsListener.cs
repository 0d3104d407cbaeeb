using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using Tripod.FrontDoors.Docker.Streams;
using Tripod.FrontDoors.Tls;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Docker.Http;

/// <summary>
/// The Docker API over TCP. Who is let in is root on this machine: a client without a certificate that was signed for this
/// is turned away in the handshake.
/// </summary>
internal static class TlsListener
{
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(365), RenewBefore = TimeSpan.FromDays(90);

    public static void Listen(KestrelServerOptions kestrel, IPEndPoint address, DockerDoorOptions options, TimeProvider clock, ILogger log)
    {
        var authority = CertificateAuthority.LoadOrCreate(options.PkiDirectory, clock, log);
        var certificate = new ServerCertificate(authority, options.PkiDirectory, Names(address, options), clock, log);
        certificate.Current();
        WriteClientFiles(Path.Combine(options.PkiDirectory, "client"), authority, clock);
        kestrel.Listen(address, listen =>
        {
            // Docker's streams take the connection over, which HTTP/2 does not have.
            listen.Protocols = HttpProtocols.Http1;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificateSelector = (_, _) => certificate.Current(),
                SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (client, _, _) => authority.Trusts(client, clock.GetUtcNow()),
            });
            listen.Use(next => connection => HalfClose.RunAsync(connection, next));
        });
    }

    /// <summary><c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>, as DOCKER_CERT_PATH wants them; kept as long as they are good.</summary>
    private static void WriteClientFiles(string directory, CertificateAuthority authority, TimeProvider clock)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (ca, cert, key) = (Path.Combine(directory, "ca.pem"), Path.Combine(directory, "cert.pem"), Path.Combine(directory, "key.pem"));
        using var found = File.Exists(key) && File.Exists(cert) ? Pem.TryLoad(cert, key) : null;
        if (File.Exists(ca) && found is not null && authority.Trusts(found, clock.GetUtcNow() + RenewBefore))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var made = authority.Issue(new("CN=docker"), KeyPurpose.ClientAuthentication, names: null, now.AddHours(-1), now + Lasts);
        PrivateFile.Write(ca, authority.CertificatePem);
        PrivateFile.Write(cert, Pem.CertificatePart(made));
        PrivateFile.Write(key, Pem.KeyPart(made));
    }

    private static List<string> Names(IPEndPoint address, DockerDoorOptions options) =>
    [
        .. ((string[])["127.0.0.1", "localhost", options.NodeName, .. address.Address.Equals(IPAddress.Any) || address.Address.Equals(IPAddress.IPv6Any) ? options.Addresses : [address.Address.ToString()]]).Distinct(StringComparer.Ordinal),
    ];
}
