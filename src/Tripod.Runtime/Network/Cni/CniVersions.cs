namespace Tripod.Runtime.Network.Cni;

/// <summary>The versions of the CNI spec that are spoken, and which verbs each has. Pure.</summary>
internal static class CniVersions
{
    public static readonly Version WithCheck = new(0, 4, 0), WithCollection = new(1, 1, 0);

    private static readonly string[] Spoken = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    /// <summary>What a configuration is run by: of several that it names the newest that is spoken.</summary>
    /// <exception cref="RuntimeException">None of them is.</exception>
    public static string Choose(string single, IReadOnlyList<string> several)
    {
        IReadOnlyList<string> offered = several.Count > 0 ? several : [single];
        return Spoken.LastOrDefault(version => offered.Contains(version))
            ?? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"cniVersion {string.Join(", ", offered)} is not spoken: write one of {string.Join(", ", Spoken[1..])}");
    }
}
