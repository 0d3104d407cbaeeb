namespace Tripod.Pods.Planning;

/// <summary>Which containers may run now (Kubernetes: Init Containers, Sidecar Containers). Pure.</summary>
internal static class StartOrder
{
    /// <summary>
    /// Init containers one after the other, each to its success and a sidecar until it has started; then the app's side by
    /// side, but none before the postStart hook of one above it is over; then ephemeral ones.
    /// </summary>
    public static IEnumerable<PodContainer> Of(PodObservation seen)
    {
        var initialized = seen.Pod.Apps.Any(app => seen.InSandbox(app.Name) is not null);
        foreach (var init in seen.Pod.Inits)
        {
            if (init.Role == ContainerRole.Sidecar)
            {
                yield return init;
                if (!initialized && !seen.IsStarted(init))
                {
                    yield break;
                }
            }
            else if (!initialized && !seen.HasSucceeded(init))
            {
                yield return init;
                yield break;
            }
        }

        foreach (var app in seen.Pod.Apps)
        {
            yield return app;
            if (HoldsTheNext(app, seen))
            {
                yield break;
            }
        }

        foreach (var container in seen.Pod.Containers.Where(container => container.Role == ContainerRole.Ephemeral))
        {
            yield return container;
        }
    }

    private static bool HoldsTheNext(PodContainer app, PodObservation seen) =>
        app.Spec.Lifecycle?.PostStart is not null
        && !seen.Memory.Containers.ContainsKey(app.Name)
        && (seen.Memory.Starting.Contains(app.Name) || seen.InSandbox(app.Name) is null);
}
