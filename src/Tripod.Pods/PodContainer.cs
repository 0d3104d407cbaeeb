using k8s.Models;

namespace Tripod.Pods;

/// <summary>What a container is to its pod.</summary>
internal enum ContainerRole
{
    /// <summary>Runs to its end before the next begins.</summary>
    Init,

    /// <summary>An init container that goes on beside the others (restartPolicy Always).</summary>
    Sidecar,
    App,

    /// <summary>Added to a running pod (kubectl debug), never restarted.</summary>
    Ephemeral,
}

/// <summary>One container of a pod's spec, of whichever list.</summary>
/// <param name="Spec">An ephemeral container's fields too, which are the same.</param>
/// <param name="Role">By the list it stands in.</param>
/// <param name="Target">The container whose processes an ephemeral one sees; empty for none.</param>
internal sealed record PodContainer(V1Container Spec, ContainerRole Role, string Target = "")
{
    public string Name => Spec.Name;

    /// <summary>Runs on beside others, with probes and hooks.</summary>
    public bool RunsOn => Role is ContainerRole.Sidecar or ContainerRole.App;

    /// <summary>All of a pod's, in the order in which they begin.</summary>
    public static IReadOnlyList<PodContainer> AllOf(V1PodSpec spec) =>
    [
        .. (spec.InitContainers ?? []).Select(container => new PodContainer(container, container.RestartPolicy == "Always" ? ContainerRole.Sidecar : ContainerRole.Init)),
        .. spec.Containers.Select(container => new PodContainer(container, ContainerRole.App)),
        .. (spec.EphemeralContainers ?? []).Select(container => new PodContainer(Plain(container), ContainerRole.Ephemeral, container.TargetContainerName ?? "")),
    ];

    private static V1Container Plain(V1EphemeralContainer container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        ImagePullPolicy = container.ImagePullPolicy,
        Command = container.Command,
        Args = container.Args,
        WorkingDir = container.WorkingDir,
        Env = container.Env,
        EnvFrom = container.EnvFrom,
        Resources = container.Resources,
        SecurityContext = container.SecurityContext,
        Stdin = container.Stdin,
        StdinOnce = container.StdinOnce,
        Tty = container.Tty,
        TerminationMessagePath = container.TerminationMessagePath,
        TerminationMessagePolicy = container.TerminationMessagePolicy,
        VolumeDevices = container.VolumeDevices,
        VolumeMounts = container.VolumeMounts,
    };
}
