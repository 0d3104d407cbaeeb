using Xunit;

namespace Tripod.IntegrationTests.Fixtures;

public sealed class FixtureTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pushed_image_can_be_inspected_in_the_registry(bool authenticated)
    {
        await using var registry = await RegistryServer.Start(authenticated);
        await registry.Push(await TestImages.Busybox(), "library/busybox:latest");

        string[] credentials = authenticated ? ["--creds", $"{RegistryServer.User}:{RegistryServer.Password}"] : [];
        var inspected = await Command.Run(["skopeo", "inspect", "--tls-verify=false", .. credentials, $"docker://{registry.Host}/library/busybox:latest"]);

        Assert.Contains("\"PATH=/bin\"", inspected, StringComparison.Ordinal);
    }
}
