using k8s.Models;

namespace Tripod.Pods.Planning;

/// <summary>Whether a container that has ended is wanted again: by its own rules and policy, else by its pod's (Kubernetes: Container restart policy).</summary>
internal static class RestartRules
{
    /// <summary>The rule's action that restarts not the container alone but all of the pod's.</summary>
    public const string All = "RestartAllContainers";

    public static bool Restarts(V1PodSpec pod, PodContainer container, int exitCode) => container.Role switch
    {
        ContainerRole.Ephemeral => false,
        ContainerRole.Sidecar => true,
        _ => ActionOf(container, exitCode) is not null || By(container.Spec.RestartPolicy ?? pod.RestartPolicy, container.Role, exitCode),
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

    /// <summary>What the first of its rules says that such an end meets; null where none does.</summary>
    public static string? ActionOf(PodContainer container, int exitCode) => (container.Spec.RestartPolicyRules ?? []).FirstOrDefault(rule => rule.ExitCodes is { } codes && codes.OperatorProperty switch
    {
        "In" => codes.Values?.Contains(exitCode) == true,
        "NotIn" => codes.Values?.Contains(exitCode) != true,
        _ => false,
    })?.Action;
}
