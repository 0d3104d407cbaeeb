using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authorization;

namespace Tripod.FrontDoors.Kubernetes.Authentication;

/// <summary>Who a request is to be judged as (<c>kubectl --as</c>), where its sender may speak for them.</summary>
internal static class Impersonation
{
    private const string User = "Impersonate-User", Group = "Impersonate-Group", Uid = "Impersonate-Uid", AccountPrefix = "system:serviceaccount:";

    /// <exception cref="ApiException">400 or 403.</exception>
    public static UserIdentity Of(HttpContext http, UserIdentity sender, Authorizer authorizer)
    {
        var headers = http.Request.Headers;
        var (name, groups, uid) = (headers[User].ToString(), headers[Group].OfType<string>().ToList(), headers[Uid].ToString());
        if (name.Length == 0)
        {
            return groups.Count + uid.Length == 0 ? sender : throw ApiException.BadRequest("requested groups or uid to impersonate without impersonating a user");
        }

        var account = name.StartsWith(AccountPrefix, StringComparison.Ordinal) ? name[AccountPrefix.Length..].Split(':') : [];
        authorizer.Check(account is [var space, var one]
            ? new(sender, "impersonate") { Resource = "serviceaccounts", Namespace = space, Name = one }
            : new(sender, "impersonate") { Resource = "users", Name = name });
        foreach (var group in groups)
        {
            authorizer.Check(new(sender, "impersonate") { Resource = "groups", Name = group });
        }

        if (uid.Length > 0)
        {
            authorizer.Check(new(sender, "impersonate") { Group = "authentication.k8s.io", Resource = "uids", Name = uid });
        }

        List<string> implied = groups.Count == 0 && account is [var within, _] ? ["system:serviceaccounts", $"system:serviceaccounts:{within}"] : groups;
        return new(name, uid, [.. implied.Append(UserIdentity.Authenticated).Distinct(StringComparer.Ordinal)]);
    }
}
