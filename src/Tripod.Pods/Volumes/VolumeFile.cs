namespace Tripod.Pods.Volumes;

/// <summary>One file of a volume whose content comes from the API.</summary>
/// <param name="User">Whose it is; null: root's.</param>
internal sealed record VolumeFile(byte[] Content, UnixFileMode Mode, int? User = null)
{
    public bool Equals(VolumeFile? other) => other is not null && Mode == other.Mode && Content.AsSpan().SequenceEqual(other.Content);

    public override int GetHashCode() => HashCode.Combine(Mode, Content.Length);

    public static UnixFileMode ModeOf(int? item, int? @default) => (UnixFileMode)((item ?? @default ?? 0x1A4) & 0xFFF);
}
