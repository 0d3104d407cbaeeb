using Tripod.Runtime.Images.Layers;
using Xunit;

namespace Tripod.UnitTests.Runtime.Images;

public sealed class LayerNamesTests
{
    [Theory]
    [InlineData("a", "", "a")]
    [InlineData("./a/b/", "a", "b")]
    [InlineData("/etc/passwd", "etc", "passwd")]
    [InlineData("a//b/./c", "a/b", "c")]
    [InlineData("a/../b", "", "b")]
    [InlineData("a/b/../../c/d", "c", "d")]
    [InlineData(".", "", "")]
    [InlineData("./", "", "")]
    [InlineData("a/..", "", "")]
    [InlineData("...", "", "...")]
    public void A_name_is_brought_to_parent_and_last_part(string name, string parent, string last) =>
        Assert.Equal(new LayerPath(parent, last), LayerPath.Parse(name));

    [Theory]
    [InlineData("..")]
    [InlineData("../a")]
    [InlineData("/../a")]
    [InlineData("a/../../b")]
    [InlineData("a\0b")]
    public void A_name_that_leads_out_is_refused(string name) => Assert.Throws<InvalidDataException>(() => LayerPath.Parse(name));

    [Fact]
    public void A_name_longer_than_any_path_is_refused() => Assert.Throws<InvalidDataException>(() => LayerPath.Parse(new string('a', 4097)));

    [Theory]
    [InlineData("file", "None", "file")]
    [InlineData(".wh", "None", ".wh")]
    [InlineData(".wh.gone", "Name", "gone")]
    [InlineData(".wh..hidden", "Name", ".hidden")]
    [InlineData(".wh..wh..opq", "Directory", "")]
    [InlineData(".wh..wh.plnk", "Ignored", "")]
    [InlineData(".wh..wh.aufs", "Ignored", "")]
    public void A_whiteout_is_told_by_its_name(string name, string kind, string target)
    {
        var whiteout = Whiteout.Of(name);

        Assert.Equal((kind, target), (whiteout.Kind.ToString(), whiteout.Target));
    }

    [Theory]
    [InlineData(".wh.")]
    [InlineData(".wh..")]
    [InlineData(".wh...")]
    public void A_whiteout_of_nothing_is_refused(string name) => Assert.Throws<InvalidDataException>(() => Whiteout.Of(name));

    [Theory]
    [InlineData("security.capability", true)]
    [InlineData("user.mime_type", true)]
    [InlineData("system.posix_acl_access", true)]
    [InlineData("trusted.overlay.opaque", false)]
    [InlineData("trusted.anything", false)]
    [InlineData("user.overlay.redirect", false)]
    [InlineData("security.selinux", false)]
    public void Only_harmless_attributes_are_taken(string attribute, bool allowed) => Assert.Equal(allowed, LayerAttributes.Allows(attribute));
}
