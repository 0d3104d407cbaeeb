using Tripod.Linux;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Registry;

namespace Tripod.Runtime.Images;

/// <summary>What went wrong below, in the words and kinds that the doors know.</summary>
internal static class ImageProblems
{
    public static RuntimeException NotFound(string reference) => new(RuntimeErrorKind.NotFound, $"no such image: {reference}");

    public static RuntimeException Pull(ImageReference reference, Exception failure) => failure switch
    {
        RuntimeException known => known,
        RegistryFailure registry => new(registry.Kind, registry.Message, "ErrImagePull", failure),
        _ => Disk($"pull {reference}", failure, "ErrImagePull"),
    };

    public static RuntimeException Load(Exception failure) => failure as RuntimeException ?? Disk("load archive", failure, null);

    /// <summary>Whether <see cref="Pull"/> and <see cref="Load"/> have a word for it; faults of our own go through.</summary>
    public static bool IsExpected(Exception failure) =>
        failure is RegistryFailure or InvalidDataException or IOException or UnauthorizedAccessException or HttpRequestException or ZstdSharp.ZstdException;

    private static RuntimeException Disk(string operation, Exception failure, string? reason)
    {
        // .NET keeps the errno of a failed write in the low half of HResult.
        var full = failure is LinuxException { Errno: Errno.ENOSPC } || (failure.InnerException ?? failure).HResult == Errno.ENOSPC || failure.HResult == Errno.ENOSPC;
        return full
            ? new(RuntimeErrorKind.ResourceExhausted, $"{operation}: no space left on device: make room below the engine's root, for example by removing images", reason, failure)
            : new(RuntimeErrorKind.Internal, $"{operation}: {failure.Message}", reason, failure);
    }
}
