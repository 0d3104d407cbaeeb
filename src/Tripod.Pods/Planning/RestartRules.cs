using k8s.Models;

namespace Tripod.Pods.Planning;

/// <summary>Whether a container that has ended is wanted again: by its own rules and policy, else by its pod's (Kubernetes: Container restart policy).</summary>
internal static class RestartRules
{
    public static bool Restarts(V1PodSpec pod, PodContainer container, int exitCode) => container.Role switch
    {
        ContainerRole.Ephemeral => false,
        ContainerRole.Sidecar => true,
        _ => Matches(container.Spec.RestartPolicyRules, exitCode) || By(container.Spec.RestartPolicy ?? pod.RestartPolicy, container.Role, exitCode),
    };

    /// <summary>Whether it would ever be wanted again, whatever its exit code.</summary>
    public static bool MayRestart(V1PodSpec pod, PodContainer container) =>
        container.Role is ContainerRole.Sidecar
        || (container.Role is not ContainerRole.Ephemeral && (container.Spec.RestartPolicyRules is { Count: > 0 } || (container.Spec.RestartPolicy ?? pod.RestartPolicy) != "Never"));

    /// <summary>An init container that has done its work is not done again.</summary>
    private static bool By(string? policy, ContainerRole role, int exitCode) => policy switch
    {
        "Never" => false,
        "OnFailure" => exitCode != 0,
        _ => role != ContainerRole.Init || exitCode != 0,
    };

    private static bool Matches(IList<V1ContainerRestartRule>? rules, int exitCode) => rules?.Any(rule => rule.ExitCodes is { } codes && codes.OperatorProperty switch
    {
        "In" => codes.Values?.Contains(exitCode) == true,
        "NotIn" => codes.Values?.Contains(exitCode) != true,
        _ => false,
    }) == true;
}
