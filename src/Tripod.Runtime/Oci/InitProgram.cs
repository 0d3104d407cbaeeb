namespace Tripod.Runtime.Oci;

/// <summary>The machine's small init, which a container runs as its first process when it is asked to.</summary>
internal static class InitProgram
{
    public const string InContainer = "/sbin/docker-init";

    private static readonly string[] Known = ["docker-init", "catatonit", "tini-static", "tini", "dumb-init"];
    private static readonly string[] Folders = ["/usr/libexec/docker", "/usr/libexec/podman", "/usr/local/bin", "/usr/bin", "/usr/sbin", "/sbin", "/bin"];

    /// <exception cref="RuntimeException">None is installed.</exception>
    public static SpecMount Mount() => new(InContainer, "bind", Find(), ["rbind", "rprivate", "ro"]);

    private static string Find() =>
        Known.SelectMany(name => Folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
        ?? throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, "init: no small init is installed on this machine: apt install catatonit, or run the container without --init", "CreateContainerError");
}
