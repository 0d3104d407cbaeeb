using Tripod.FrontDoors.Kubernetes.Discovery;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Discovery;

public sealed class EmulatedVersionTests
{
    [Theory]
    [InlineData("kubectl/v1.30.13 (linux/amd64) kubernetes/abc", 30)]
    [InlineData("kubectl.1.31/v1.31.9 (linux/amd64) kubernetes/abc", 31)]
    [InlineData("kubectl/v1.36.0-rc.1 (linux/amd64)", 36)]
    [InlineData("kubectl/v1.25.0 (linux/amd64)", 30)]
    [InlineData("kubectl/v1.99.0 (linux/amd64)", 36)]
    [InlineData("curl/8.0", 33)]
    [InlineData("", 33)]
    [InlineData("kubectl/v1.x", 33)]
    public void Server_answers_as_the_version_its_client_speaks(string agent, int minor) => Assert.Equal(minor, EmulatedVersion.Minor(agent));
}
