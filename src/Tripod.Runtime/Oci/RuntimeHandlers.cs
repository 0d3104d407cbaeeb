namespace Tripod.Runtime.Oci;

/// <summary>The OCI runtimes that may be asked for by name: those that are known where they are installed, and the configured ones. Pure but for the look into PATH.</summary>
public static class RuntimeHandlers
{
    private static readonly string[] Known = ["crun", "runc"];

    /// <summary>Any other program of that name in PATH is none, whatever a client asks for.</summary>
    public static IReadOnlyList<string> Of(RuntimeOptions options) =>
        [.. Known.Concat(options.Runtimes.Keys).Distinct(StringComparer.Ordinal).Where(name => OciRuntime.Locate(ProgramOf(options, name)) is not null).Order(StringComparer.Ordinal)];

    /// <summary>Its containers are processes of this kernel in namespaces, so that any process may hold a pod's. One that is configured may bring a kernel of its own.</summary>
    internal static bool SharesKernel(RuntimeOptions options, string handler) => handler.Length == 0 || (Known.Contains(handler) && !options.Runtimes.ContainsKey(handler));

    /// <param name="options">Where the configured ones are.</param>
    /// <param name="handler">Empty: the engine's own.</param>
    internal static string ProgramOf(RuntimeOptions options, string handler) =>
        handler.Length == 0 ? options.OciRuntime : options.Runtimes.TryGetValue(handler, out var configured) ? configured.Path : handler;

    /// <summary>What is given to it before its command, beside its root. runc knows no cgroup manager but cgroupfs unless told, and not the option.</summary>
    internal static IReadOnlyList<string> ArgumentsOf(RuntimeOptions options, string handler) =>
        options.Runtimes.TryGetValue(handler, out var configured) && configured.Arguments.Count > 0 ? configured.Arguments
        : Path.GetFileName(ProgramOf(options, handler)) == "runc" ? []
        : ["--cgroup-manager=cgroupfs"];
}
