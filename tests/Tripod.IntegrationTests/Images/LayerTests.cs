using Tripod.IntegrationTests.Fixtures;
using Tripod.Linux;
using Tripod.Linux.FileSystem;
using Tripod.Runtime.Images;
using Xunit;

namespace Tripod.IntegrationTests.Images;

public sealed class LayerTests : IDisposable
{
    private readonly ImageStore store = new();

    public void Dispose() => store.Dispose();

    [Fact]
    public async Task A_whiteout_hides_a_file_of_the_layers_below()
    {
        var image = await store.Load(new ImageBuilder()
            .Layer(layer => layer.Directory("etc").File("etc/gone", "x").File("etc/stays", "y"))
            .Layer(layer => layer.File("etc/.wh.gone")));

        InOverlay(image, root => Assert.Equal(["stays"], Names(root, "etc")));
    }

    [Fact]
    public async Task An_opaque_directory_hides_everything_below_it_wherever_the_mark_stands()
    {
        var image = await store.Load(new ImageBuilder()
            .Layer(layer => layer.File("a/old").File("b/old"))
            .Layer(layer => layer.File("a/.wh..wh..opq").File("a/new").File("b/new").File("b/.wh..wh..opq")));

        InOverlay(image, root =>
        {
            Assert.Equal(["new"], Names(root, "a"));
            Assert.Equal(["new"], Names(root, "b"));
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_directory_deleted_and_made_anew_in_one_layer_is_empty_of_the_old(bool whiteoutFirst)
    {
        var image = await store.Load(new ImageBuilder()
            .Layer(layer => layer.File("d/old").File("e/old"))
            .Layer(layer => (whiteoutFirst
                ? layer.File(".wh.d").Directory("d").File("d/new")
                : layer.Directory("d").File("d/new").File(".wh.d")).File(".wh.e").File("e/new")));

        InOverlay(image, root =>
        {
            Assert.Equal(["new"], Names(root, "d"));
            Assert.Equal(["new"], Names(root, "e"));
        });
    }

    [Fact]
    public async Task A_file_may_take_the_place_of_a_directory_and_the_other_way_round()
    {
        var image = await store.Load(new ImageBuilder()
            .Layer(layer => layer.File("d/old").File("f", "old"))
            .Layer(layer => layer.File("d", "now a file").File("f/new")));

        InOverlay(image, root =>
        {
            Assert.Equal("now a file", File.ReadAllText(Path.Combine(root, "d")));
            Assert.Equal(["new"], Names(root, "f"));
        });
    }

    [Fact]
    public async Task The_last_entry_of_a_name_wins()
    {
        var layer = await Unpack(tar => tar
            .File("a", "first").File("a", "second")
            .Directory("b").File("b/c", "x").File("b", "a file")
            .File("d", "x").Directory("d").File("d/e", "y"));

        Assert.Equal("second", File.ReadAllText(Path.Combine(layer, "a")));
        Assert.Equal("a file", File.ReadAllText(Path.Combine(layer, "b")));
        Assert.Equal("y", File.ReadAllText(Path.Combine(layer, "d/e")));
    }

    [Fact]
    public async Task Owners_modes_times_and_links_are_kept()
    {
        var layer = await Unpack(tar => tar
            .Directory("d", 0x3FF, 7, 8).File("d/suid", "x", 0x9ED, 1000, 1001).HardLink("again", "d/suid").Symlink("absolute", "/etc/passwd"));

        using var directory = DirectoryHandle.Open(layer);
        using var below = directory.OpenBelow("d")!;
        var (d, suid, link) = (directory.Status("d")!.Value, below.Status("suid")!.Value, directory.Status("again")!.Value);
        Assert.Equal((0x3FF, 7u, 8u, 1_700_000_000), (d.Mode, d.Uid, d.Gid, d.ModifiedSeconds));
        Assert.Equal((0x9ED, 1000u, 1001u, 2u, 1_700_000_000), (suid.Mode, suid.Uid, suid.Gid, suid.Links, suid.ModifiedSeconds));
        Assert.Equal(suid.Inode, link.Inode);
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(layer, "absolute")).LinkTarget);
    }

    [Fact]
    public async Task Devices_and_fifos_are_made()
    {
        var layer = await Unpack(tar => tar.Device("null", 1, 3).Device("sda", 8, 300, block: true).Fifo("pipe"));

        using var directory = DirectoryHandle.Open(layer);
        var (character, block) = (directory.Status("null")!.Value, directory.Status("sda")!.Value);
        Assert.Equal((FileType.CharacterDevice, 1u, 3u), (character.Type, character.DeviceMajor, character.DeviceMinor));
        Assert.Equal((FileType.BlockDevice, 8u, 300u), (block.Type, block.DeviceMajor, block.DeviceMinor));
        Assert.Equal(FileType.Fifo, directory.Status("pipe")!.Value.Type);
    }

    [Fact]
    public async Task What_gnu_tar_writes_comes_out_as_it_went_in()
    {
        var source = Directory.CreateDirectory(Path.Combine(store.Root, "source")).FullName;
        var longName = string.Join('/', Enumerable.Repeat(new string('n', 90), 4));
        Directory.CreateDirectory(Path.Combine(source, longName));
        await File.WriteAllTextAsync(Path.Combine(source, longName, "file"), "deep");
        await Command.Run("sh", "-c", $"cd {source}; printf start > sparse; truncate -s 9M sparse; printf end >> sparse; printf x > \"$(printf 'b\\377d')\"");
        using (var made = DirectoryHandle.Open(source))
        {
            Assert.True(made.SetAttribute("sparse", "user.any", [0, 0xFF, (byte)'\n', (byte)'=']));
            Assert.True(made.SetAttribute("sparse", "security.capability", Convert.FromHexString("0100000280C8000000FF00000000000000000000")));
        }

        foreach (var format in (string[])["--format=gnu -S", "--format=pax -S --xattrs --xattrs-include=*", "--format=pax -S --sparse-version=0.0", "--format=pax -S --sparse-version=0.1"])
        {
            var tar = Path.Combine(store.Root, "layer.tar");
            await Command.Run("sh", "-c", $"tar -C {source} {format} -cf {tar} .");
            var image = await store.Load(new ImageBuilder().RawLayer(await File.ReadAllBytesAsync(tar)));
            var layer = store.Service.LayerDirectories(image.Id)[0];

            Assert.Equal("", (await Command.Try("diff", "-r", source, layer)).Output);
            using var directory = DirectoryHandle.Open(layer);
            Assert.Contains("b\u00FFd", directory.Names());
            if (format.Contains("xattrs", StringComparison.Ordinal))
            {
                Assert.Equal([0, 0xFF, (byte)'\n', (byte)'='], directory.GetAttribute("sparse", "user.any")!);
                Assert.Equal("0100000280C8000000FF00000000000000000000", Convert.ToHexString(directory.GetAttribute("sparse", "security.capability")!));
            }
        }
    }

    [Fact]
    public async Task Attributes_that_would_steer_overlayfs_are_left_out()
    {
        var layer = await Unpack(tar => tar.FileWithAttributes("f", "x", new Dictionary<string, string>
        {
            ["trusted.overlay.redirect"] = "/etc",
            ["user.overlay.opaque"] = "y",
            ["user.kept"] = "1",
        }));

        using var directory = DirectoryHandle.Open(layer);
        Assert.Null(directory.GetAttribute("f", "trusted.overlay.redirect"));
        Assert.Null(directory.GetAttribute("f", "user.overlay.opaque"));
        Assert.Equal("1"u8.ToArray(), directory.GetAttribute("f", "user.kept")!);
    }

    private async Task<string> Unpack(Action<LayerWriter> write)
    {
        var image = await store.Load(new ImageBuilder().Layer(write));
        return store.Service.LayerDirectories(image.Id)[0];
    }

    private void InOverlay(ImageRecord image, Action<string> look)
    {
        var target = Directory.CreateDirectory(Path.Combine(store.Root, "merged")).FullName;
        Mounts.Mount("overlay", target, "overlay", MountFlags.ReadOnly, $"lowerdir={string.Join(':', store.Service.LayerDirectories(image.Id))}");
        try
        {
            look(target);
        }
        finally
        {
            Mounts.Unmount(target);
        }
    }

    private static IEnumerable<string> Names(string root, string directory) =>
        Directory.EnumerateFileSystemEntries(Path.Combine(root, directory)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
