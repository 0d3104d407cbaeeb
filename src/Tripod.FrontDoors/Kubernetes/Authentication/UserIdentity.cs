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

    /// <summary>A ServiceAccount, with the groups that all of them have.</summary>
    public static UserIdentity Of(AccountToken token) =>
        new(token.Subject, token.AccountUid, ["system:serviceaccounts", $"system:serviceaccounts:{token.Namespace}", Authenticated]);
}
