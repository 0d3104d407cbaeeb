using Tripod.FrontDoors.Docker.Http;
using Tripod.Pods.Standalone;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary>Finds containers as Docker's clients name them: by id, by name, by the beginning of an id.</summary>
internal sealed class ContainerLookup(ContainerRuntime runtime, StandaloneEngine standalone)
{
    /// <summary>Pods' too, pause among them. One that is only being made is not shown.</summary>
    public IReadOnlyList<KnownContainer> All() =>
        [.. runtime.ListAllContainers().Select(status => new KnownContainer(status, standalone.Find(status.Id))).Where(known => known.Standalone is not null || known.Status.SandboxId is not null)];

    /// <exception cref="DockerException">404, in Docker's words; 400 for a beginning that several have.</exception>
    public KnownContainer Get(string name) => Find(name) ?? throw new DockerException(404, $"No such container: {name}");

    public KnownContainer? Find(string name)
    {
        if (runtime.ContainerStatus(name) is { } exact && Known(exact) is { } byId)
        {
            return byId;
        }

        var wanted = name.TrimStart('/');
        if (standalone.Named(wanted) is { } named && runtime.ContainerStatus(named.Id) is { } status)
        {
            return new(status, named);
        }

        var all = All();
        if (all.FirstOrDefault(known => known.Name == wanted) is { } ofPod)
        {
            return ofPod;
        }

        var beginning = wanted.Length > 0 ? all.Where(known => known.Id.StartsWith(wanted, StringComparison.Ordinal)).ToList() : [];
        return beginning.Count > 1 ? throw new DockerException(400, $"multiple IDs found with provided prefix: {wanted}") : beginning.FirstOrDefault();
    }

    /// <exception cref="DockerException">404; 409 where it does not run.</exception>
    public KnownContainer GetRunning(string name)
    {
        var known = Get(name);
        return known.IsRunning ? known : throw new DockerException(409, $"container {known.Id} is not running");
    }

    private KnownContainer? Known(ContainerStatus status) =>
        standalone.Find(status.Id) is { } own ? new(status, own) : status.SandboxId is not null ? new(status, null) : null;
}
