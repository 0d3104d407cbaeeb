using System.Text;
using Tripod.Pods.Starting.Credentials;
using Xunit;

namespace Tripod.UnitTests.Pods;

/// <summary>Whose credentials are for which image.</summary>
public sealed class PullSecretTests
{
    [Theory]
    [InlineData("registry.example.com", "registry.example.com", "team/app", true)]
    [InlineData("https://registry.example.com/v2/", "registry.example.com", "team/app", true)]
    [InlineData("registry.example.com/team", "registry.example.com", "team/app", true)]
    [InlineData("registry.example.com/tea", "registry.example.com", "team/app", false)]
    [InlineData("registry.example.com:5000", "registry.example.com", "team/app", false)]
    [InlineData("*.example.com", "registry.example.com", "team/app", true)]
    [InlineData("*.com", "registry.example.com", "team/app", false)]
    [InlineData("https://index.docker.io/v1/", "docker.io", "library/nginx", true)]
    [InlineData("docker.io", "registry.example.com", "library/nginx", false)]
    public void Key_is_for_the_images_below_it(string key, string host, string repository, bool expected) => Assert.Equal(expected, RegistryMatch.IsFor(key, host, repository));

    [Theory]
    [InlineData(".dockerconfigjson", """{"auths":{"r":{"auth":"dTpw"},"empty":{}}}""", "r u p")]
    [InlineData(".dockercfg", """{"r":{"username":"u","password":"p:q","auth":"eDp5"}}""", "r u p:q")]
    [InlineData(".dockerconfigjson", "no json", "")]
    [InlineData(".dockerconfigjson", """{"auths":{"r":{"auth":"not base64"}}}""", "")]
    public void Both_forms_of_secrets_are_read(string key, string json, string expected) => Assert.Equal(
        expected,
        string.Join(';', DockerConfigJson.Parse(new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(json) }).Select(entry => $"{entry.Key} {entry.Credentials.Username} {entry.Credentials.Password}")));
}
