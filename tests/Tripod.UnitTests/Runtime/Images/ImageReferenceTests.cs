using Tripod.Runtime;
using Tripod.Runtime.Images.References;
using Xunit;

namespace Tripod.UnitTests.Runtime.Images;

public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27")]
    [InlineData("library/nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("bitnami/nginx", "docker.io/bitnami/nginx:latest", "bitnami/nginx:latest")]
    [InlineData("docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("index.docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest")]
    [InlineData("docker.io/a/b/c:x", "docker.io/a/b/c:x", "a/b/c:x")]
    [InlineData("localhost/app", "localhost/app:latest", "localhost/app:latest")]
    [InlineData("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest")]
    [InlineData("registry.k8s.io/pause:3.6", "registry.k8s.io/pause:3.6", "registry.k8s.io/pause:3.6")]
    [InlineData("127.0.0.1:5000/a/b:V_1.2-x", "127.0.0.1:5000/a/b:V_1.2-x", "127.0.0.1:5000/a/b:V_1.2-x")]
    [InlineData("[::1]:5000/a", "[::1]:5000/a:latest", "[::1]:5000/a:latest")]
    [InlineData("MyHost/app", "MyHost/app:latest", "MyHost/app:latest")]
    [InlineData("a__b/c--d.e_f", "docker.io/a__b/c--d.e_f:latest", "a__b/c--d.e_f:latest")]
    [InlineData($"nginx@{Digest}", $"docker.io/library/nginx@{Digest}", $"nginx@{Digest}")]
    [InlineData($"nginx:1@{Digest}", $"docker.io/library/nginx@{Digest}", $"nginx:1@{Digest}")]
    public void A_short_name_is_completed_as_docker_completes_it(string text, string canonical, string familiar)
    {
        var reference = ImageReference.Parse(text);

        Assert.Equal(canonical, reference.Canonical);
        Assert.Equal(familiar, reference.Familiar);
        Assert.Equal(reference.Canonical, ImageReference.Parse(reference.ToString()).Canonical);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":latest")]
    [InlineData("nginx:")]
    [InlineData("nginx:-x")]
    [InlineData("nginx@sha256:abc")]
    [InlineData("nginx@md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("nginx\n")]
    [InlineData("host:port/a")]
    [InlineData("../../etc/passwd")]
    [InlineData("https://docker.io/nginx")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void What_is_no_name_is_refused_with_the_kubelets_reason(string text)
    {
        var failure = Assert.Throws<RuntimeException>(() => ImageReference.Parse(text));

        Assert.Equal((RuntimeErrorKind.InvalidArgument, "InvalidImageName"), (failure.Kind, failure.Reason));
        Assert.Contains("invalid reference format", failure.Message, StringComparison.Ordinal);
        Assert.Null(ImageReference.TryParse(text));
    }

    [Fact]
    public void An_upper_case_name_is_told_what_is_wrong_with_it()
    {
        var failure = Assert.Throws<RuntimeException>(() => ImageReference.Parse("Nginx:1"));

        Assert.Equal("couldn't parse image name \"Nginx:1\": invalid reference format: repository name (library/Nginx) must be lowercase", failure.Message);
    }

    [Fact]
    public void Names_and_tags_have_their_longest()
    {
        Assert.NotNull(ImageReference.TryParse("a:" + new string('t', 128)));
        Assert.Null(ImageReference.TryParse("a:" + new string('t', 129)));
        Assert.NotNull(ImageReference.TryParse("x.io/" + new string('a', 250)));
        Assert.Null(ImageReference.TryParse("x.io/" + new string('a', 251)));
    }
}
