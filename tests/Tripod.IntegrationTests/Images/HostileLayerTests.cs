using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Xunit;

namespace Tripod.IntegrationTests.Images;

/// <summary>Beside the image store lies a directory that no layer may touch, whatever it says.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private readonly ImageStore store = new();
    private readonly string outside = Directory.CreateTempSubdirectory("tripod-outside-").FullName;

    public HostileLayerTests() => File.WriteAllText(Path.Combine(outside, "secret"), "untouched");

    private string Up => string.Concat(Enumerable.Repeat("../", 30)) + outside.TrimStart('/');

    public void Dispose()
    {
        Assert.Equal(["secret"], Directory.EnumerateFileSystemEntries(outside).Select(path => Path.GetFileName(path)));
        Assert.Equal("untouched", File.ReadAllText(Path.Combine(outside, "secret")));
        store.Dispose();
        Directory.Delete(outside, recursive: true);
    }

    [Fact]
    public async Task A_name_that_climbs_out_is_refused() => await Refused(layer => layer.File($"{Up}/planted"), "leads out of the layer");

    [Fact]
    public async Task A_whiteout_that_climbs_out_is_refused() => await Refused(layer => layer.File($"{Up}/.wh.secret"), "leads out of the layer");

    [Fact]
    public async Task A_whiteout_of_dots_is_refused() => await Refused(layer => layer.File("d/.wh..."), "names nothing");

    [Fact]
    public async Task A_hard_link_that_climbs_out_is_refused() => await Refused(layer => layer.HardLink("mine", $"{Up}/secret"), "leads out of the layer");

    [Fact]
    public async Task A_hard_link_to_an_absolute_path_means_the_layers_own() =>
        await Refused(layer => layer.HardLink("mine", $"{outside}/secret"), "no file of the layer");

    [Fact]
    public async Task A_hard_link_through_a_symbolic_link_stays_inside() =>
        await Refused(layer => layer.Symlink("out", outside).HardLink("mine", "out/secret"), "no file of the layer");

    [Fact]
    public async Task An_absolute_name_means_the_layers_own()
    {
        var layer = await Unpack(tar => tar.File($"{outside}/planted", "x"));

        Assert.Equal("x", File.ReadAllText(layer + outside + "/planted"));
    }

    [Fact]
    public async Task A_symbolic_link_as_parent_leads_to_the_layers_own()
    {
        await Refused(tar => tar.Symlink("out", outside).File("out/planted"), "no directory");
        await Refused(tar => tar.Symlink("up", Up).File("up/planted"), "no directory");
        var layer = await Unpack(tar => tar.Directory("tmp").Symlink("out", "/tmp").File("out/planted", "x").Symlink("up", "../../tmp").File("up/too", "y"));

        Assert.Equal("x", File.ReadAllText(Path.Combine(layer, "tmp/planted")));
        Assert.Equal("y", File.ReadAllText(Path.Combine(layer, "tmp/too")));
    }

    [Fact]
    public async Task A_directory_swapped_for_a_link_leads_nowhere_else()
    {
        await Refused(tar => tar.Directory("d").File("d/a").Symlink("d", outside).File("d/planted"), "no directory");
    }

    [Fact]
    public async Task Writing_to_a_link_replaces_the_link()
    {
        var layer = await Unpack(tar => tar.Symlink("secret", $"{outside}/secret").File("secret", "mine"));

        Assert.Equal("mine", File.ReadAllText(Path.Combine(layer, "secret")));
        Assert.Null(new FileInfo(Path.Combine(layer, "secret")).LinkTarget);
    }

    [Fact]
    public async Task A_directory_on_a_link_replaces_the_link_and_leaves_the_targets_mode()
    {
        var before = File.GetUnixFileMode(outside);

        await Unpack(tar => tar.Symlink("d", outside).Directory("d", 0x1FF, 1, 1));

        Assert.Equal(before, File.GetUnixFileMode(outside));
    }

    [Fact]
    public async Task Links_in_a_circle_are_refused() => await Refused(tar => tar.Symlink("a", "b").Symlink("b", "a").File("a/x"), "cannot be unpacked");

    [Fact]
    public async Task A_declared_size_without_content_is_refused()
    {
        var tar = new byte[1024];
        Write(tar, 0, "huge");
        Write(tar, 100, "0000644\0" + "0000000\0" + "0000000\0" + "77777777777\0" + "00000000000\0");
        tar[156] = (byte)'0';
        Write(tar, 148, "        ");
        Write(tar, 148, Convert.ToString(tar.Sum(value => value), 8).PadLeft(6, '0') + "\0 ");

        await RefusedRaw(tar, "ends in the middle");
    }

    [Fact]
    public async Task Bytes_that_are_no_tar_are_refused() =>
        await RefusedRaw([.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7))], "tar header");

    [Fact]
    public async Task A_very_deep_tree_is_unpacked_and_removed_again()
    {
        var deep = string.Join('/', Enumerable.Repeat("d", 1000));
        var image = await store.Load(new ImageBuilder().Layer(tar => tar.File($"{deep}/x").Symlink("l", deep).File($"l/{deep}/y")));

        var lines = await store.Service.Remove(image.Id, force: false, CancellationToken.None);

        Assert.Contains($"Deleted: {image.Layers[0]}", lines);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/layers")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/work")));
    }

    private async Task<string> Unpack(Action<LayerWriter> write)
    {
        var image = await store.Load(new ImageBuilder().Layer(write));
        return store.Service.LayerDirectories(image.Id)[0];
    }

    private Task Refused(Action<LayerWriter> write, string because) => Refused(new ImageBuilder().Layer(write), because);

    private Task RefusedRaw(byte[] tar, string because) => Refused(new ImageBuilder().RawLayer(tar), because);

    private async Task Refused(ImageBuilder image, string because)
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Load(image));
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
        Assert.Empty(store.Service.List());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/layers")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/work")));
    }

    private static void Write(byte[] tar, int at, string text) => System.Text.Encoding.ASCII.GetBytes(text).CopyTo(tar, at);
}
