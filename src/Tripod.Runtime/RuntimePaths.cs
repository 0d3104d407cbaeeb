namespace Tripod.Runtime;

/// <summary>Where a container's things stand below ROOT and RUN.</summary>
internal sealed class RuntimePaths(RuntimeOptions options)
{
    public string Root => options.Root;
    public string Run => options.Run;

    /// <summary>The OCI runtime's own state.</summary>
    public string OciState => Path.Combine(options.Run, "oci");

    /// <summary>Where conmon leaves exit codes: one file named after the container.</summary>
    public string Exits => Path.Combine(options.Run, "exits");

    /// <summary>config.json, pid, attach socket, rootfs mount, resolv.conf: dies with a boot.</summary>
    public string Bundle(string id) => Path.Combine(options.Run, "containers", id);

    public string Rootfs(string id) => Path.Combine(Bundle(id), "rootfs");

    public string Shm(string sandboxId) => Path.Combine(Bundle(sandboxId), "shm");

    /// <summary>A namespace that is kept by a mount, of a container that others may join: <c>net</c>, <c>ipc</c>.</summary>
    public string Namespace(string id, string kind) => Path.Combine(Bundle(id), "ns", kind);

    /// <summary>The writable layer: outlives a boot.</summary>
    public string State(string id) => Path.Combine(options.Root, "containers", id);

    /// <summary>Overlayfs's part of it: what the container has changed of its image's files.</summary>
    public string Upper(string id) => Path.Combine(State(id), "upper");

    /// <summary>The log of a container that names no place for it.</summary>
    public string OwnLogs(string id) => Path.Combine(options.Root, "logs", "containers", id);

    public string ExitFile(string id) => Path.Combine(Exits, id);
}
