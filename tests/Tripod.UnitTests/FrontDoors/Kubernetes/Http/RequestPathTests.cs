using Tripod.FrontDoors.Kubernetes.Http;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Http;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/api/v1/pods", "|v1||pods||")]
    [InlineData("/api/v1/namespaces", "|v1||namespaces||")]
    [InlineData("/api/v1/namespaces/x", "|v1||namespaces|x|")]
    [InlineData("/api/v1/namespaces/x/status", "|v1||namespaces|x|status")]
    [InlineData("/api/v1/namespaces/x/finalize", "|v1||namespaces|x|finalize")]
    [InlineData("/api/v1/namespaces/x/pods", "|v1|x|pods||")]
    [InlineData("/api/v1/namespaces/x/pods/a", "|v1|x|pods|a|")]
    [InlineData("/api/v1/namespaces/x/pods/a/log", "|v1|x|pods|a|log")]
    [InlineData("/api/v1/nodes/n/status", "|v1||nodes|n|status")]
    [InlineData("/apis/apps/v1/namespaces/x/deployments/d", "apps|v1|x|deployments|d|")]
    [InlineData("/apis/events.k8s.io/v1/events", "events.k8s.io|v1||events||")]
    public void Path_names_what_it_is_about(string path, string expected)
    {
        var parsed = RequestPath.Parse(path)!;
        Assert.Equal(expected, string.Join('|', parsed.Group, parsed.Version, parsed.Namespace, parsed.Resource, parsed.Name, parsed.Subresource));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1")]
    [InlineData("/apis/apps/v1")]
    [InlineData("/api/v1/namespaces/x/pods/a/log/deeper")]
    [InlineData("/elsewhere/v1/pods")]
    public void Other_paths_are_nobodys(string path) => Assert.Null(RequestPath.Parse(path));
}
