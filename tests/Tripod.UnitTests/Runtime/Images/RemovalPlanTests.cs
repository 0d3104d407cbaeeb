using Tripod.Runtime;
using Tripod.Runtime.Images;
using Tripod.Runtime.Images.Storage;
using Xunit;

namespace Tripod.UnitTests.Runtime.Images;

public sealed class RemovalPlanTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Box = "docker.io/library/box:1", Other = "docker.io/library/other:1", ByDigest = $"docker.io/library/box@sha256:{Hex}";

    [Theory]
    [InlineData("box:1", Box, false, Box, true)]
    [InlineData("box:1", $"{Box} {ByDigest}", false, $"{Box} {ByDigest}", true)]
    [InlineData("box:1", $"{Box} {Other}", false, Box, false)]
    [InlineData("box:1", $"{Box} {Other} {ByDigest}", false, Box, false)]
    [InlineData($"box@sha256:{Hex}", $"{Box} {ByDigest}", false, ByDigest, false)]
    [InlineData($"box@sha256:{Hex}", ByDigest, false, ByDigest, true)]
    [InlineData(Hex, "", false, "", true)]
    [InlineData(Hex, Box, false, Box, true)]
    [InlineData(Hex, $"{Box} {ByDigest}", false, $"{Box} {ByDigest}", true)]
    [InlineData(Hex, $"{Box} {Other}", true, $"{Box} {Other}", true)]
    public void What_goes_depends_on_what_is_named(string reference, string names, bool force, string going, bool image)
    {
        var plan = RemovalPlan.Make(reference, Image(), Split(names), inUse: false, force);

        Assert.Equal(Split(going), plan.Names);
        Assert.Equal(image, plan.Image);
    }

    [Theory]
    [InlineData(Hex, $"{Box} {Other}", false, false, false, "must be forced")]
    [InlineData("box:1", Box, true, false, false, "a container is using")]
    [InlineData("box:1", Box, false, true, true, "built in")]
    public void What_must_stay_is_told_why(string reference, string names, bool inUse, bool pinned, bool force, string because)
    {
        var failure = Assert.Throws<RuntimeException>(() => RemovalPlan.Make(reference, Image() with { Pinned = pinned }, Split(names), inUse, force));

        Assert.Equal(RuntimeErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains(because, failure.Message, StringComparison.Ordinal);
    }

    private static StoredImage Image() => new() { Id = $"sha256:{Hex}", ManifestDigest = "", Layers = [], Config = new() };

    private static string[] Split(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
