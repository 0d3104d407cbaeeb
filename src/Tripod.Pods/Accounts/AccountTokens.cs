using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Tripod.Pods.Volumes;
using Tripod.Store;

namespace Tripod.Pods.Accounts;

/// <summary>
/// Issues and checks ServiceAccounts' tokens (JSON Web Tokens, RFC 7519). Pods' volumes and the Kubernetes door's
/// TokenRequest ask for them; the door has those checked that clients bring.
/// </summary>
public sealed class AccountTokens(ObjectStore store, TokenKey key, TimeProvider clock)
{
    /// <summary>As clusters made by kubeadm have it; also the audience of a token that names none.</summary>
    public const string Issuer = "https://kubernetes.default.svc.cluster.local";

    /// <summary>What TokenRequest gives at least.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RenewedAfter = TimeSpan.FromHours(24);

    public TokenKey Key => key;

    /// <summary>Signs what the token is to say.</summary>
    public string Issue(AccountToken token)
    {
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = key.Id };
        var signed = $"{Encode(header)}.{Encode(token.ToClaims(Issuer))}";
        return $"{signed}.{TokenKey.Base64Url(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Bound to the pod: it is worth nothing once the pod is gone.</summary>
    /// <exception cref="VolumeException">The pod's ServiceAccount does not exist.</exception>
    internal string IssueForPod(PodView pod, string? audience, TimeSpan life)
    {
        var name = pod.Spec.ServiceAccountName is { Length: > 0 } given ? given : "default";
        var account = store.Get(ResourceKeys.Of("serviceaccounts", pod.Namespace, name))?.View(Views.Parse<V1ServiceAccount>)
            ?? throw new VolumeException($"failed to fetch token: serviceaccounts \"{name}\" not found");
        var node = store.Get(ResourceKeys.Of("nodes", null, pod.Spec.NodeName ?? ""))?.View(Views.Parse<V1Node>);
        var now = clock.GetUtcNow();
        return Issue(new()
        {
            Namespace = pod.Namespace,
            Account = name,
            AccountUid = account.Metadata.Uid,
            Audiences = [string.IsNullOrEmpty(audience) ? Issuer : audience],
            IssuedAt = now,
            ExpiresAt = now + (life < Shortest ? Shortest : life),
            BoundTo = ("pod", pod.Name, pod.Uid),
            Node = node is null ? null : (node.Metadata.Name, node.Metadata.Uid),
        });
    }

    /// <summary>Null for a token that this engine did not sign, whose time is over, or whose account, pod or secret is gone.</summary>
    public AccountToken? Check(string text)
    {
        if (text.Split('.') is not [var header, var payload, var signature]
            || TokenKey.FromBase64Url(signature) is not { } bytes
            || !key.Verify(Encoding.ASCII.GetBytes($"{header}.{payload}"), bytes)
            || Decode(payload) is not { } token
            || token.ExpiresAt <= clock.GetUtcNow())
        {
            return null;
        }

        return IsAlive("serviceaccounts", token.Namespace, token.Account, token.AccountUid)
            && (token.BoundTo is not var (kind, name, uid) || IsAlive(kind == "pod" ? "pods" : "secrets", token.Namespace, name, uid))
                ? token
                : null;
    }

    /// <summary>When whoever keeps the token should get another: with a fifth of its life left, or after a day. Null for what is no token.</summary>
    internal static DateTimeOffset? RenewAt(string text)
    {
        if (text.Split('.') is not [_, var payload, _] || Decode(payload) is not { } token)
        {
            return null;
        }

        var life = token.ExpiresAt - token.IssuedAt;
        var after = life * 0.8;
        return token.IssuedAt + (after < RenewedAfter ? after : RenewedAfter);
    }

    /// <summary>The user that all of a pod's containers run as; null where they differ or none is named.</summary>
    internal static int? UserOf(V1PodSpec pod)
    {
        var users = pod.Containers.Concat(pod.InitContainers ?? [])
            .Select(container => container.SecurityContext?.RunAsUser ?? pod.SecurityContext?.RunAsUser).Distinct().ToList();
        return users is [{ } only] ? (int)only : null;
    }

    private bool IsAlive(string resource, string @namespace, string name, string uid) =>
        store.Get(ResourceKeys.Of(resource, @namespace, name)) is { } stored && (string?)JsonNode.Parse(stored.Document.Span)?["metadata"]?["uid"] == uid;

    private static AccountToken? Decode(string payload)
    {
        try
        {
            return TokenKey.FromBase64Url(payload) is { } bytes ? AccountToken.Parse(JsonNode.Parse(bytes)) : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static string Encode(JsonObject part) => TokenKey.Base64Url(Encoding.UTF8.GetBytes(part.ToJsonString()));
}
