using Tripod.FrontDoors.Kubernetes.Authentication;
using Tripod.Pods;
using Tripod.Store;

namespace Tripod.FrontDoors.Kubernetes.Authorization;

/// <summary>
/// Says what a user may do, by the roles and bindings in the store: the router asks it before each request, the access
/// reviews on a client's behalf. Administrators may do everything, whatever the store holds, so that nobody is locked out.
/// </summary>
internal sealed class Authorizer(ObjectStore store)
{
    public bool Allows(AccessQuestion question) =>
        IsAdministrator(question.User) || RulesOf(question.User, question.Namespace).Any(rule => rule.Allows(question));

    /// <exception cref="ApiException">403.</exception>
    public void Check(AccessQuestion question)
    {
        if (!Allows(question))
        {
            throw AccessRefusal.Of(question);
        }
    }

    /// <summary>Every rule that holds for the user: those of the cluster, then those of the namespace.</summary>
    public IEnumerable<PolicyRule> RulesOf(UserIdentity user, string space)
    {
        var everywhere = Rules(ResourceKeys.Prefix("clusterrolebindings"), "", user);
        return space.Length == 0 ? everywhere : everywhere.Concat(Rules(ResourceKeys.Prefix("rolebindings", space), space, user));
    }

    public static bool IsAdministrator(UserIdentity user) => user.Groups.Contains(UserIdentity.Administrators, StringComparer.Ordinal);

    private IEnumerable<PolicyRule> Rules(string bindings, string space, UserIdentity user) =>
        store.List(bindings).Objects.Select(stored => stored.View(Grant.Parse)).Where(grant => grant.Concerns(user)).SelectMany(grant => RulesOf(grant, space));

    private IEnumerable<PolicyRule> RulesOf(Grant grant, string space)
    {
        var key = grant.RoleKind == "Role" ? ResourceKeys.Of("roles", space, grant.RoleName) : ResourceKeys.Of("clusterroles", null, grant.RoleName);
        if (store.Get(key)?.View(RoleContent.Parse) is not { } role)
        {
            return [];
        }

        return role.Aggregates.Count == 0 ? role.Rules : role.Rules.Concat(store.List(ResourceKeys.Prefix("clusterroles")).Objects
            .Select(stored => stored.View(RoleContent.Parse)).Where(role.Takes).SelectMany(other => other.Rules));
    }
}
