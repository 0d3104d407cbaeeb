using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Images;
using Tripod.Runtime.Images;
using Xunit;

namespace Tripod.UnitTests.FrontDoors;

/// <summary>What the Docker door reads out of requests.</summary>
public sealed class DockerRequestTests
{
    [Theory]
    [InlineData("/v1.24/info", "/info")]
    [InlineData("/v1.51/images/json", "/images/json")]
    [InlineData("/_ping", "/_ping")]
    public void Version_is_no_part_of_the_path(string path, string stripped) => Assert.Equal(stripped, ApiVersion.Strip(path));

    [Theory]
    [InlineData("/v1.52/info", "client version 1.52 is too new. Maximum supported API version is 1.51")]
    [InlineData("/v1.23/info", "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    public void Version_that_is_not_served_is_refused_in_dockers_words(string path, string message) =>
        Assert.Equal((400, message), Assert.Throws<DockerException>(() => ApiVersion.Strip(path)) is { } refused ? (refused.Status, refused.Message) : default);

    [Theory]
    [InlineData("/images/{name}/json", "/images/nginx/json", "nginx")]
    [InlineData("/images/{name}/json", "/images/quay.io/a/b:1/json", "quay.io/a/b:1")]
    [InlineData("/images/{name}/json", "/images/json", null)]
    [InlineData("/images/json", "/images/json", "")]
    public void Name_in_a_path_may_hold_slashes(string pattern, string path, string? name) =>
        Assert.Equal(name, new DockerRoute("GET", pattern, _ => Task.CompletedTask).Match(path));

    [Fact]
    public void Credentials_are_read_from_either_base64()
    {
        const string Json = """{"username":"u","password":"p~~??"}""";
        Assert.Equal(new RegistryCredentials("u", "p~~??"), RegistryAuth.Parse(Convert.ToBase64String(Encoding.UTF8.GetBytes(Json))));
        Assert.Null(RegistryAuth.Parse(Convert.ToBase64String("{}"u8)));
        Assert.Equal(400, Assert.Throws<DockerException>(() => RegistryAuth.Parse("?")).Status);
    }

    [Theory]
    [InlineData("""{"reference":["nginx"]}""", true)]
    [InlineData("""{"reference":{"ngi*":true}}""", true)]
    [InlineData("""{"reference":["nginx:1.26"]}""", false)]
    [InlineData("""{"dangling":["true"]}""", false)]
    [InlineData("""{"label":["a=b"]}""", true)]
    [InlineData("", true)]
    public void Images_are_filtered(string filters, bool taken) => Assert.Equal(taken, ImageFilter.Parse(filters).Takes(new()
    {
        Id = "sha256:0",
        RepoTags = ["docker.io/library/nginx:latest"],
        Config = new() { Labels = new Dictionary<string, string> { ["a"] = "b" } },
    }));

    [Fact]
    public void Unknown_filter_is_named() => Assert.Contains("'before'", Assert.Throws<DockerException>(() => ImageFilter.Parse("""{"before":["x"]}""")).Message, StringComparison.Ordinal);

    [Fact]
    public void Progress_of_a_layer_is_told_as_docker_tells_it()
    {
        var line = PullLine.Of(new("sha256:0123456789abcdef", "Downloading", 5, 10));
        Assert.Equal("""{"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"0123456789ab"}""", line.ToJsonString());
        Assert.Empty(PullLine.Of(new("sha256:0123456789abcdef", "Pull complete", 0, 0))["progressDetail"] as JsonObject ?? new JsonObject { [""] = "" });
    }
}
