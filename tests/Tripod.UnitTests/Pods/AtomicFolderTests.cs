using System.Text;
using Tripod.Pods.Volumes;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class AtomicFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tripod-volume-").FullName;

    [Fact]
    public void Files_are_seen_through_a_link_that_is_swapped()
    {
        Assert.True(Publish(("a", "1"), ("deep/b", "2")));
        Assert.Equal("1", File.ReadAllText(Path.Combine(folder, "a")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(folder, "deep", "b")));
        Assert.Equal("..data/a", new FileInfo(Path.Combine(folder, "a")).LinkTarget);
    }

    [Fact]
    public void Update_replaces_all_at_once_and_drops_what_is_gone()
    {
        Publish(("a", "1"), ("b", "1"));
        var first = new FileInfo(Path.Combine(folder, "..data")).LinkTarget;
        Assert.True(Publish(("a", "2"), ("c", "2")));
        Assert.NotEqual(first, new FileInfo(Path.Combine(folder, "..data")).LinkTarget);
        Assert.Equal("2", File.ReadAllText(Path.Combine(folder, "a")));
        Assert.Equal(["a", "c"], Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Where(name => !name!.StartsWith("..", StringComparison.Ordinal)).Order());
        Assert.Single(Directory.EnumerateDirectories(folder, "..1970*"));
    }

    [Fact]
    public void Same_files_again_swap_nothing()
    {
        Publish(("a", "1"));
        var before = new FileInfo(Path.Combine(folder, "..data")).LinkTarget;
        Assert.False(Publish(("a", "1")));
        Assert.Equal(before, new FileInfo(Path.Combine(folder, "..data")).LinkTarget);
    }

    [Fact]
    public void Half_done_update_is_completed_by_the_next()
    {
        Publish(("a", "1"));
        File.CreateSymbolicLink(Path.Combine(folder, "..data_tmp"), "nowhere");
        Assert.True(Publish(("a", "2")));
        Assert.Equal("2", File.ReadAllText(Path.Combine(folder, "a")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private bool Publish(params (string Name, string Text)[] files) => AtomicFolder.Publish(
        folder, files.ToDictionary(file => file.Name, file => new VolumeFile(Encoding.UTF8.GetBytes(file.Text), (UnixFileMode)0x1A4)), group: null, DateTimeOffset.UnixEpoch);
}
