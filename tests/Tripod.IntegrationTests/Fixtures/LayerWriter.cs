using System.Formats.Tar;
using System.Text;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>Short words for the entries of a layer. Names are written as given, also hostile ones.</summary>
public sealed class LayerWriter(TarWriter tar)
{
    private static readonly DateTimeOffset Written = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public LayerWriter Directory(string name, int mode = 0x1ED, int uid = 0, int gid = 0) =>
        Add(new PaxTarEntry(TarEntryType.Directory, name), mode, uid, gid);

    public LayerWriter File(string name, string content = "", int mode = 0x1A4, int uid = 0, int gid = 0) =>
        File(name, Encoding.UTF8.GetBytes(content), mode, uid, gid);

    public LayerWriter File(string name, byte[] content, int mode = 0x1A4, int uid = 0, int gid = 0) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) }, mode, uid, gid);

    public LayerWriter Symlink(string name, string target) =>
        Add(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target }, 0x1FF, 0, 0);

    public LayerWriter HardLink(string name, string target) =>
        Add(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target }, 0x1A4, 0, 0);

    public LayerWriter Device(string name, int major, int minor, bool block = false) =>
        Add(
            new PaxTarEntry(block ? TarEntryType.BlockDevice : TarEntryType.CharacterDevice, name) { DeviceMajor = major, DeviceMinor = minor },
            0x1B6, 0, 0);

    public LayerWriter Fifo(string name) => Add(new PaxTarEntry(TarEntryType.Fifo, name), 0x1A4, 0, 0);

    /// <summary>A file with extended attributes, as pax records hold them (<c>SCHILY.xattr.NAME</c>).</summary>
    public LayerWriter FileWithAttributes(string name, string content, IReadOnlyDictionary<string, string> attributes) =>
        Add(
            new PaxTarEntry(TarEntryType.RegularFile, name, attributes.Select(pair => KeyValuePair.Create($"SCHILY.xattr.{pair.Key}", pair.Value)))
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
            },
            0x1A4, 0, 0);

    private LayerWriter Add(PaxTarEntry entry, int mode, int uid, int gid)
    {
        entry.Mode = (UnixFileMode)mode;
        entry.Uid = uid;
        entry.Gid = gid;
        entry.ModificationTime = Written;
        tar.WriteEntry(entry);
        return this;
    }
}
