namespace Tripod.Client;

/// <summary>Where kubectl and docker look for a user's configuration.</summary>
internal static class UserFiles
{
    /// <summary>Those of KUBECONFIG, then the usual one.</summary>
    public static IReadOnlyList<string> Kubeconfigs()
    {
        var usual = Path.Combine(UserHome.Find().Path, ".kube", "config");
        return [.. Named(), usual];
    }

    /// <summary>The first of KUBECONFIG, which kubectl writes to as well; the usual one where that is not set.</summary>
    /// <param name="home">Whose.</param>
    /// <param name="engine">The engine's own kubeconfig, which <c>tripod env</c> names there and which is no user's.</param>
    public static string Kubeconfig(UserHome home, string engine) => Named().FirstOrDefault(path => Path.GetFullPath(path) != engine) ?? Path.Combine(home.Path, ".kube", "config");

    /// <summary>The directory of the docker CLI's configuration.</summary>
    public static string Docker(UserHome home) => Environment.GetEnvironmentVariable("DOCKER_CONFIG") is { Length: > 0 } named ? named : Path.Combine(home.Path, ".docker");

    private static IEnumerable<string> Named() => (Environment.GetEnvironmentVariable("KUBECONFIG") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
}
