using Tripod.Pods.Starting;
using Tripod.Runtime;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class PodHostnameTests
{
    [Theory]
    [InlineData("", "ghost", "ghost")]
    [InlineData(", \"hostname\": \"web\"", "web", "web")]
    [InlineData(", \"subdomain\": \"sub\"", "ghost", "ghost.sub.default.svc.cluster.local\tghost")]
    [InlineData(", \"subdomain\": \"sub\", \"setHostnameAsFQDN\": true", "ghost.sub.default.svc.cluster.local", "ghost.sub.default.svc.cluster.local\tghost")]
    [InlineData(", \"setHostnameAsFQDN\": true", "ghost", "ghost")]
    [InlineData(", \"hostname\": \"web\", \"subdomain\": \"sub\", \"hostnameOverride\": \"www.example.com\"", "www.example.com", "www.example.com")]
    public void Names_follow_from_the_spec(string spec, string kernel, string hosts)
    {
        var name = PodHostname.Of(Seen.Pod(spec));
        Assert.Equal((kernel, hosts), (name.Kernel, name.HostsEntry));
    }

    [Fact]
    public void Full_name_that_the_kernel_cannot_hold_is_refused()
    {
        var name = PodHostname.Of(Seen.Pod(", \"subdomain\": \"a-subdomain-that-is-much-too-long\", \"setHostnameAsFQDN\": true"));
        Assert.Equal(
            "failed to construct FQDN from pod hostname and cluster domain, FQDN ghost.a-subdomain-that-is-much-too-long.default.svc.cluster.local is too long (64 characters is the max, 65 characters requested)",
            Assert.Throws<RuntimeException>(() => name.Kernel).Message);
    }
}
