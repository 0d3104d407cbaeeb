using Tripod.Pods.Accounts;

namespace Tripod.FrontDoors.Kubernetes.Authentication;

/// <summary>Who sent a request. What they may do is for <see cref="Authorization.Authorizer"/> to say.</summary>
internal sealed record UserIdentity(string Name, string Uid, IReadOnlyList<string> Groups)
{
    public const string AdministratorName = "kubernetes-admin";

    /// <summary>May do everything.</summary>
    public const string Administrators = "system:masters";

    /// <summary>May see everything but secrets, by the built-in role <c>tripod:reader</c>.</summary>
    public const string Readers = "tripod:readers";

    public const string Authenticated = "system:authenticated";

    private const string AboutToken = "authentication.kubernetes.io/";

    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NothingElse = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>What else is known of them; nobody is let in or kept out by it.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Extra { get; init; } = NothingElse;

    /// <summary>A ServiceAccount, with the groups that all of them have.</summary>
    public static UserIdentity Of(AccountToken token) =>
        new(token.Subject, token.AccountUid, ["system:serviceaccounts", $"system:serviceaccounts:{token.Namespace}", Authenticated]) { Extra = About(token) };

    private static Dictionary<string, IReadOnlyList<string>> About(AccountToken token)
    {
        var extra = new Dictionary<string, IReadOnlyList<string>> { [$"{AboutToken}credential-id"] = [$"JTI={token.Id}"] };
        if (token.BoundTo is ("pod", var pod, var podUid))
        {
            (extra[$"{AboutToken}pod-name"], extra[$"{AboutToken}pod-uid"]) = ([pod], [podUid]);
        }

        if (token.Node is var (node, nodeUid))
        {
            (extra[$"{AboutToken}node-name"], extra[$"{AboutToken}node-uid"]) = ([node], [nodeUid]);
        }

        return extra;
    }
}
