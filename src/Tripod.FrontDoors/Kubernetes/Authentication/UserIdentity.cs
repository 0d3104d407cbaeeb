namespace Tripod.FrontDoors.Kubernetes.Authentication;

/// <summary>Who sent a request. Whoever is known may do everything: the door guards one machine for its administrator.</summary>
internal sealed record UserIdentity(string Name, string Uid, IReadOnlyList<string> Groups)
{
    public const string AdministratorName = "kubernetes-admin";
    public const string Administrators = "system:masters";
    public const string Authenticated = "system:authenticated";
}
