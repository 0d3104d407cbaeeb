using System.Text.Json.Nodes;

namespace Tripod.Pods.Accounts;

/// <summary>What a ServiceAccount's token says (Kubernetes: Managing Service Accounts, token structure).</summary>
public sealed record AccountToken
{
    public required string Namespace { get; init; }
    public required string Account { get; init; }
    public required string AccountUid { get; init; }
    public required IReadOnlyList<string> Audiences { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary><see cref="DateTimeOffset.MaxValue"/>: it lasts as long as the secret that it is bound to.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Tells one token from another in an audit log.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString();

    /// <summary>What the token dies with: a pod, a secret, or nothing.</summary>
    public (string Kind, string Name, string Uid)? BoundTo { get; init; }

    /// <summary>The node of a pod that it is bound to.</summary>
    public (string Name, string Uid)? Node { get; init; }

    public string Subject => $"system:serviceaccount:{Namespace}:{Account}";

    public JsonObject ToClaims(string issuer)
    {
        var kubernetes = new JsonObject { ["namespace"] = Namespace };
        if (Node is var (nodeName, nodeUid))
        {
            kubernetes["node"] = new JsonObject { ["name"] = nodeName, ["uid"] = nodeUid };
        }

        if (BoundTo is var (kind, name, uid))
        {
            kubernetes[kind] = new JsonObject { ["name"] = name, ["uid"] = uid };
        }

        kubernetes["serviceaccount"] = new JsonObject { ["name"] = Account, ["uid"] = AccountUid };
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. Audiences.Select(audience => JsonValue.Create(audience))]),
            ["exp"] = ExpiresAt.ToUnixTimeSeconds(),
            ["iat"] = IssuedAt.ToUnixTimeSeconds(),
            ["iss"] = issuer,
            ["jti"] = Id,
            ["kubernetes.io"] = kubernetes,
            ["nbf"] = IssuedAt.ToUnixTimeSeconds(),
            ["sub"] = Subject,
        };
        if (ExpiresAt == DateTimeOffset.MaxValue)
        {
            claims.Remove("exp");
        }

        return claims;
    }

    /// <returns>Null for claims that are not such a token's.</returns>
    public static AccountToken? Parse(JsonNode? claims)
    {
        if (claims?["kubernetes.io"] is not JsonObject kubernetes || kubernetes["serviceaccount"] is not JsonObject account
            || claims["iat"] is not { } issued || (claims["exp"] is null && kubernetes["secret"] is null))
        {
            return null;
        }

        var bound = ((string[])["pod", "secret"]).Select(kind => (Kind: kind, To: kubernetes[kind])).FirstOrDefault(found => found.To is not null);
        return new()
        {
            Namespace = (string?)kubernetes["namespace"] ?? "",
            Account = (string?)account["name"] ?? "",
            AccountUid = (string?)account["uid"] ?? "",
            Audiences = [.. (claims["aud"] as JsonArray ?? []).Select(audience => (string?)audience ?? "")],
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds((long)issued),
            ExpiresAt = claims["exp"] is { } expires ? DateTimeOffset.FromUnixTimeSeconds((long)expires) : DateTimeOffset.MaxValue,
            Id = (string?)claims["jti"] ?? "",
            BoundTo = bound.To is { } to ? (bound.Kind, (string?)to["name"] ?? "", (string?)to["uid"] ?? "") : null,
            Node = kubernetes["node"] is { } node ? ((string?)node["name"] ?? "", (string?)node["uid"] ?? "") : null,
        };
    }
}
