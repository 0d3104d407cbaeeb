namespace Tripod.Runtime.Images.Layers;

/// <summary>
/// Which extended attributes a layer may bring. Those of overlayfs itself could send a mount to other directories, and
/// SELinux labels belong to the machine that made the image.
/// </summary>
internal static class LayerAttributes
{
    public static bool Allows(string attribute) =>
        !attribute.Contains('\0', StringComparison.Ordinal) &&
        ((attribute.StartsWith("user.", StringComparison.Ordinal) && !attribute.StartsWith("user.overlay.", StringComparison.Ordinal)) ||
            attribute is "security.capability" or "security.ima" or "system.posix_acl_access" or "system.posix_acl_default");
}
