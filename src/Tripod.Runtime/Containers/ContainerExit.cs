using System.Globalization;

namespace Tripod.Runtime.Containers;

/// <summary>How a run ended, in Kubernetes' words.</summary>
internal readonly record struct ContainerExit(int Code, string Reason, string Message)
{
    /// <param name="exitFile">What conmon wrote: the code, 128 + signal for a kill; null where it wrote nothing.</param>
    /// <param name="outOfMemory">The kernel killed something in the container for want of memory.</param>
    /// <param name="otherBoot">The machine has booted since the start.</param>
    public static ContainerExit Of(string? exitFile, bool outOfMemory, bool otherBoot) =>
        int.TryParse(exitFile, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new(code, outOfMemory ? "OOMKilled" : code == 0 ? "Completed" : "Error", "")
            : new(255, "Unknown", otherBoot ? "the machine was restarted while the container ran" : "the container ended and no exit code was seen");
}
