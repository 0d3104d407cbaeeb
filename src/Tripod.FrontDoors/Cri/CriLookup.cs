using Google.Protobuf.Collections;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Sandboxes;

namespace Tripod.FrontDoors.Cri;

/// <summary>Finds what came through this door, by id or by the beginning of one. What the pod engine or Docker's clients made is not there.</summary>
internal sealed class CriLookup(ContainerRuntime runtime)
{
    /// <summary>Marks a sandbox as this door's.</summary>
    public const string Owner = "cri";

    public IReadOnlyList<SandboxStatus> Sandboxes() => [.. runtime.ListPodSandboxes().Where(IsOurs)];

    public IReadOnlyList<ContainerStatus> Containers()
    {
        var ours = Sandboxes().Select(sandbox => sandbox.Id).ToHashSet(StringComparer.Ordinal);
        return [.. runtime.ListContainers().Where(container => container.SandboxId is { } sandbox && ours.Contains(sandbox))];
    }

    /// <exception cref="RuntimeException">NotFound; InvalidArgument for a beginning that several have.</exception>
    public SandboxStatus Sandbox(string id) => FindSandbox(id) ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"no such sandbox: {id}");

    /// <inheritdoc cref="Sandbox"/>
    public ContainerStatus Container(string id) => FindContainer(id) ?? throw new RuntimeException(RuntimeErrorKind.NotFound, $"no such container: {id}");

    public SandboxStatus? FindSandbox(string id) =>
        runtime.PodSandboxStatus(id) is { } exact && IsOurs(exact) ? exact : Only(Sandboxes(), sandbox => sandbox.Id, id);

    public ContainerStatus? FindContainer(string id) =>
        runtime.ContainerStatus(id) is { SandboxId: { } sandbox } exact && exact.Id != sandbox && runtime.PodSandboxStatus(sandbox) is { } pause && IsOurs(pause)
            ? exact
            : Only(Containers(), container => container.Id, id);

    /// <summary>Equality with each of the selector's pairs.</summary>
    public static bool Selects(MapField<string, string> selector, IReadOnlyDictionary<string, string> labels) =>
        selector.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private static bool IsOurs(SandboxStatus sandbox) => sandbox.Config.Owner == Owner;

    private static T? Only<T>(IReadOnlyList<T> all, Func<T, string> idOf, string beginning)
        where T : class
    {
        var found = beginning.Length == 0 ? [] : all.Where(one => idOf(one).StartsWith(beginning, StringComparison.Ordinal)).ToList();
        return found.Count > 1 ? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"{beginning} is the beginning of several ids: write more of it") : found.FirstOrDefault();
    }
}
