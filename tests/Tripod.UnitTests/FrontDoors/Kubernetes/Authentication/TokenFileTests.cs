using Tripod.FrontDoors.Kubernetes.Authentication;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Authentication;

public sealed class TokenFileTests
{
    [Fact]
    public void Token_names_its_user_and_groups()
    {
        var file = TokenFile.Parse(["# people", "", "secret,ann,7,\"ops,dev\"", "other, bob , 8"], "tokens");
        var ann = file.Find("secret")!;
        Assert.Equal(("ann", "7"), (ann.Name, ann.Uid));
        Assert.Equal(["ops", "dev", "system:authenticated"], ann.Groups);
        Assert.Equal("bob", file.Find("other")!.Name);
        Assert.Null(file.Find("wrong"));
        Assert.Null(file.Find(""));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("secret,ann")]
    [InlineData(",ann,7")]
    [InlineData("secret,ann,7,ops,dev")]
    public void Line_that_cannot_be_understood_is_named(string line) =>
        Assert.Contains("tokens: line 2", Assert.Throws<InvalidDataException>(() => TokenFile.Parse(["# one", line], "tokens")).Message, StringComparison.Ordinal);
}
