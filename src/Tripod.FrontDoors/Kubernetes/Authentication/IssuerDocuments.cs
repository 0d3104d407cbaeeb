using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Http;
using Tripod.Pods.Accounts;

namespace Tripod.FrontDoors.Kubernetes.Authentication;

/// <summary>How whoever is given a ServiceAccount's token can check it himself (OpenID Connect Discovery 1.0).</summary>
internal sealed class IssuerDocuments(AccountTokens? tokens)
{
    private const string Keys = "/openid/v1/jwks";

    /// <returns>Null for another path.</returns>
    public Func<HttpContext, Task>? Find(string path) => (path, tokens) switch
    {
        ("/.well-known/openid-configuration", not null) => http => JsonAnswer.WriteAsync(http, 200, JsonBytes.Of(Configuration())),
        (Keys, { } issuer) => http => JsonAnswer.WriteAsync(http, 200, JsonBytes.Of(KeySet(issuer.Key))),
        _ => null,
    };

    private static JsonObject Configuration() => new()
    {
        ["issuer"] = AccountTokens.Issuer,
        ["jwks_uri"] = AccountTokens.Issuer + Keys,
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("ES256"),
    };

    private static JsonObject KeySet(TokenKey key)
    {
        var (x, y) = key.Public();
        return new()
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["use"] = "sig",
                ["kty"] = "EC",
                ["kid"] = key.Id,
                ["crv"] = "P-256",
                ["alg"] = "ES256",
                ["x"] = x,
                ["y"] = y,
            }),
        };
    }
}
