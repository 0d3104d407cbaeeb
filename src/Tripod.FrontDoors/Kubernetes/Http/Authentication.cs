using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Tls;

namespace Tripod.FrontDoors.Kubernetes.Http;

/// <summary>Who is asking: by a client certificate that the authority signed, or by a token of the token file. Nobody else is let in.</summary>
public sealed class Authentication(Authority authority, string? tokenFile)
{
    private static readonly HashSet<string> Open = ["/healthz", "/livez", "/readyz"];

    public bool Allows(HttpContext http) =>
        Open.Contains(http.Request.Path.Value ?? "") || ByCertificate(http.Connection.ClientCertificate) || ByToken(http.Request.Headers.Authorization.ToString());

    private bool ByCertificate(X509Certificate2? certificate) => certificate is not null && authority.Signed(certificate);

    private bool ByToken(string header)
    {
        if (tokenFile is null || !header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var given = SHA256.HashData(Encoding.UTF8.GetBytes(header[7..].Trim()));
        return File.ReadLines(tokenFile)
            .Select(line => line.Split(',')[0].Trim())
            .Where(token => token.Length > 0)
            .Any(token => CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes(token))));
    }
}
