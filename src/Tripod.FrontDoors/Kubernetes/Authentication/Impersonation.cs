using Microsoft.AspNetCore.Http;
using Tripod.FrontDoors.Kubernetes.Authorization;

namespace Tripod.FrontDoors.Kubernetes.Authentication;

/// <summary>Who a request is to be judged as (<c>kubectl --as</c>), where its sender may speak for them.</summary>
internal static class Impersonation
{
    private const string User = "Impersonate-User", Group = "Impersonate-Group", Uid = "Impersonate-Uid", ExtraPrefix = "Impersonate-Extra-";
    private const string AccountPrefix = "system:serviceaccount:", AuthenticationGroup = "authentication.k8s.io";

    /// <exception cref="ApiException">400 or 403.</exception>
    public static UserIdentity Of(HttpContext http, UserIdentity sender, Authorizer authorizer)
    {
        var headers = http.Request.Headers;
        var (name, groups, uid) = (headers[User].ToString(), headers[Group].OfType<string>().ToList(), headers[Uid].ToString());
        var extra = Extra(headers);
        if (name.Length == 0)
        {
            return groups.Count + uid.Length + extra.Count == 0 ? sender : throw ApiException.BadRequest("requested groups, uid or extra to impersonate without impersonating a user");
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
            authorizer.Check(new(sender, "impersonate") { Group = AuthenticationGroup, Resource = "uids", Name = uid });
        }

        foreach (var (key, value) in extra.SelectMany(field => field.Value.Select(value => (field.Key, value))))
        {
            authorizer.Check(new(sender, "impersonate") { Group = AuthenticationGroup, Resource = "userextras", Subresource = key, Name = value });
        }

        List<string> implied = groups.Count == 0 && account is [var within, _] ? ["system:serviceaccounts", $"system:serviceaccounts:{within}"] : groups;
        return new(name, uid, [.. implied.Append(UserIdentity.Authenticated).Distinct(StringComparer.Ordinal)]) { Extra = extra };
    }

    // Header names have no case of their own, and what they may not hold is escaped as in an address.
    private static Dictionary<string, IReadOnlyList<string>> Extra(IHeaderDictionary headers) =>
        headers.Where(header => header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => Uri.UnescapeDataString(header.Key[ExtraPrefix.Length..].ToLowerInvariant()), header => (IReadOnlyList<string>)[.. header.Value.OfType<string>()]);
}
