namespace Tripod.Runtime.Images.Layers;

/// <summary>Where unpacking stops, so that a small download cannot fill the machine.</summary>
/// <param name="MostEntries">Each takes an inode; real layers have up to some hundred thousand.</param>
/// <param name="FreeBytes">What the image store's file system has left.</param>
/// <param name="Reserve">Bytes that unpacking leaves free.</param>
internal sealed record LayerLimits(long MostEntries, Func<long> FreeBytes, long Reserve)
{
    private const long LargestReserve = 256L << 20;

    public static LayerLimits For(string directory)
    {
        var drive = new DriveInfo(directory);
        return new(4_000_000, () => drive.AvailableFreeSpace, Math.Min(LargestReserve, drive.TotalSize / 100));
    }
}
