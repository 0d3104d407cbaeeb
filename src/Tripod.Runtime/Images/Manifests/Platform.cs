using System.Runtime.InteropServices;

namespace Tripod.Runtime.Images.Manifests;

/// <summary>What an image was made for, in Go's words as OCI uses them.</summary>
internal sealed record Platform(string Os, string Architecture, string Variant = "")
{
    /// <summary>This machine.</summary>
    public static Platform Current { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>The entry of an index to take: the same system and architecture, the plainest variant; without any word of a platform, the first.</summary>
    public Descriptor? Choose(IReadOnlyList<Descriptor> manifests)
    {
        var images = manifests.Where(manifest => manifest.MediaType.Length == 0 || MediaTypes.IsIndex(manifest.MediaType) || MediaTypes.IsManifest(manifest.MediaType)).ToList();
        return images.Where(manifest => manifest.Platform is { } platform && Fits(platform)).MinBy(manifest => Rank(manifest.Platform!))
            ?? images.FirstOrDefault(manifest => manifest.Platform is null);
    }

    public override string ToString() => Variant.Length == 0 ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private bool Fits(Platform other) => other.Os == Os && Normal(other.Architecture) == Architecture;

    /// <summary>amd64 without a variant (or v1) runs everywhere; arm64 is v8 where it says nothing.</summary>
    private static int Rank(Platform platform) => (Normal(platform.Architecture), platform.Variant) switch
    {
        (_, "") => 0,
        ("arm64", "v8" or "8") or ("amd64", "v1") => 1,
        (_, ['v', var digit, ..]) => digit,
        _ => int.MaxValue,
    };

    private static string Normal(string architecture) => architecture switch
    {
        "x86_64" or "x86-64" => "amd64",
        "aarch64" => "arm64",
        _ => architecture,
    };
}
