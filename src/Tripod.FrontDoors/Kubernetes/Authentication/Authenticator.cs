using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tripod.FrontDoors.Tls;
using Tripod.Pods.Accounts;

namespace Tripod.FrontDoors.Kubernetes.Authentication;

/// <summary>Says who sent a request, by the client certificate of its connection or its bearer token.</summary>
internal sealed class Authenticator(CertificateAuthority authority, TokenFile tokens, AccountTokens? accounts, TimeProvider clock, ILogger log)
{
    private const string Bearer = "Bearer ";
    private const string CommonName = "2.5.4.3", Organization = "2.5.4.10";

    private static readonly object ItemKey = new();

    /// <exception cref="ApiException">401.</exception>
    public UserIdentity Identify(HttpContext http)
    {
        if (http.Connection.ClientCertificate is { } certificate)
        {
            return ByCertificate(http, certificate);
        }

        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return FindToken(header[Bearer.Length..].Trim(), [])?.User ?? throw Refuse("unknown bearer token");
        }

        throw Refuse(header.Length == 0 ? "neither client certificate nor bearer token" : "an authorization scheme other than Bearer");
    }

    /// <param name="token">As it was brought.</param>
    /// <param name="audiences">Who wants to take it; none: this API.</param>
    /// <returns>Whose it is, and for which of those it is meant; null for a token that nobody has, or that is meant for none of them.</returns>
    public (UserIdentity User, IReadOnlyList<string> Audiences)? FindToken(string token, IReadOnlyList<string> audiences)
    {
        var (account, fixedUser) = (accounts?.Check(token), tokens.Find(token));
        var wanted = audiences.Count > 0 ? audiences : [AccountTokens.Issuer];
        var meant = wanted.Intersect(account?.Audiences ?? [AccountTokens.Issuer], StringComparer.Ordinal).ToList();
        return meant.Count == 0 ? null
            : fixedUser is not null ? (fixedUser, meant)
            : account is not null ? (UserIdentity.Of(account), meant)
            : null;
    }

    private UserIdentity ByCertificate(HttpContext http, X509Certificate2 certificate)
    {
        var now = clock.GetUtcNow();
        var items = http.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryGetValue(ItemKey, out var known) && known is UserIdentity user && certificate.NotAfter.ToUniversalTime() > now)
        {
            return user;
        }

        if (!authority.Trusts(certificate, now))
        {
            throw Refuse($"client certificate {certificate.Subject} is expired or was not signed by this engine's authority");
        }

        user = ByName(certificate.SubjectName);
        if (items is not null)
        {
            items[ItemKey] = user;
        }

        return user;
    }

    private UserIdentity ByName(X500DistinguishedName subject)
    {
        var parts = subject.EnumerateRelativeDistinguishedNames().Where(part => !part.HasMultipleElements)
            .Select(part => (Type: part.GetSingleElementType().Value, Value: part.GetSingleElementValue() ?? "")).ToList();
        var name = parts.FirstOrDefault(part => part.Type == CommonName).Value;
        return string.IsNullOrEmpty(name)
            ? throw Refuse("a client certificate without a common name")
            : new(name, "", [.. parts.Where(part => part.Type == Organization).Select(part => part.Value), UserIdentity.Authenticated]);
    }

    private ApiException Refuse(string why)
    {
        LogMessages.Refused(log, why);
        return ApiException.Unauthorized();
    }
}
