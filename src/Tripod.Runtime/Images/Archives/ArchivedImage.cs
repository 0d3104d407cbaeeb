using Tripod.Runtime.Images.Manifests;

namespace Tripod.Runtime.Images.Archives;

/// <summary>One image of an archive, in OCI's terms whichever kind of archive it was.</summary>
/// <param name="ManifestBytes">As the archive has them, or written for a docker archive.</param>
/// <param name="Names">Full names with tags.</param>
internal sealed record ArchivedImage(ImageManifest Manifest, byte[] ManifestBytes, byte[] Config, IReadOnlyList<string> Names);
