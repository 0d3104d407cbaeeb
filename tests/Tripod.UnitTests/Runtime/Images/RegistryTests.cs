using System.Net.Http.Headers;
using System.Text;
using Tripod.Runtime;
using Tripod.Runtime.Images.References;
using Tripod.Runtime.Images.Registry;
using Xunit;

namespace Tripod.UnitTests.Runtime.Images;

public sealed class RegistryTests
{
    [Fact]
    public void Docker_hub_lives_at_its_own_host_and_wants_tls()
    {
        var endpoint = Assert.Single(RegistryEndpoint.For(ImageReference.Parse("nginx"), [], new("me", "pw")));

        Assert.Equal(("registry-1.docker.io", "library/nginx", false), (endpoint.Authority, endpoint.Repository, endpoint.AnyCertificate));
        Assert.Equal(["https"], endpoint.Schemes);
        Assert.Equal("me", endpoint.Credentials!.Username);
    }

    [Fact]
    public void Mirrors_come_first_and_never_see_the_registrys_credentials()
    {
        var options = new RegistryOptions { Host = "docker.io", Mirrors = ["http://127.0.0.1:5000", "https://mirror.example/hub/"] };

        var endpoints = RegistryEndpoint.For(ImageReference.Parse("nginx"), [options], new("me", "pw"));

        Assert.Equal(["127.0.0.1:5000", "mirror.example", "registry-1.docker.io"], endpoints.Select(endpoint => endpoint.Authority));
        Assert.Equal(["library/nginx", "hub/library/nginx", "library/nginx"], endpoints.Select(endpoint => endpoint.Repository));
        Assert.Equal(["http", "https", "https"], endpoints.Select(endpoint => Assert.Single(endpoint.Schemes)));
        Assert.Equal([true, true, false], endpoints.Select(endpoint => endpoint.Credentials is null));
        Assert.False(endpoints[1].AnyCertificate);
    }

    [Theory]
    [InlineData("localhost:5000/a", true)]
    [InlineData("localhost/a", true)]
    [InlineData("127.3.2.1:5000/a", true)]
    [InlineData("[::1]:5000/a", true)]
    [InlineData("insecure.example/a", true)]
    [InlineData("10.0.0.1:5000/a", false)]
    [InlineData("localhost.example/a", false)]
    public void Only_this_machine_and_hosts_so_configured_may_do_without_tls(string reference, bool insecure)
    {
        var endpoint = RegistryEndpoint.For(ImageReference.Parse(reference), [new RegistryOptions { Host = "insecure.example", Insecure = true }], null)[^1];

        Assert.Equal(insecure ? ["https", "http"] : ["https"], endpoint.Schemes);
        Assert.Equal(insecure, endpoint.AnyCertificate);
    }

    [Fact]
    public void A_mirror_that_is_no_address_is_named()
    {
        var failure = Assert.Throws<RuntimeException>(
            () => RegistryEndpoint.For(ImageReference.Parse("nginx"), [new RegistryOptions { Host = "docker.io", Mirrors = ["mirror.example"] }], null));

        Assert.Contains("mirror \"mirror.example\" of docker.io", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("realm=\"https://auth.example/token\",service=\"registry.example\",scope=\"repository:a/b:pull,push\"", "https://auth.example/token", "registry.example")]
    [InlineData("realm=\"https://a\" , service=plain", "https://a", "plain")]
    [InlineData("realm=\"quo\\\"ted\",error=\"x\"", "quo\"ted", null)]
    [InlineData("", null, null)]
    [InlineData("realm", null, null)]
    [InlineData("realm=\"unclosed", "unclosed", null)]
    public void A_challenge_is_read_with_its_quotes(string text, string? realm, string? service)
    {
        var read = AuthChallenge.Read(text);

        Assert.Equal(realm, read.GetValueOrDefault("realm"));
        Assert.Equal(service, read.GetValueOrDefault("Service"));
    }

    [Fact]
    public void Of_several_challenges_the_token_is_taken()
    {
        AuthenticationHeaderValue[] headers = [new("Basic", "realm=\"x\""), new("bearer", "realm=\"https://a\"")];

        Assert.True(AuthChallenge.Choose(headers)!.IsBearer);
        Assert.True(AuthChallenge.Choose(headers[..1])!.IsBasic);
        Assert.Null(AuthChallenge.Choose([new("Negotiate")]));
    }

    [Theory]
    [InlineData("""{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""", "manifest unknown: manifest unknown")]
    [InlineData("""{"errors":[{"code":"DENIED"},{"code":"X","message":"y"}]}""", "denied; x: y")]
    [InlineData("<html>", "")]
    [InlineData("[1]", "")]
    [InlineData("""{"errors":[1]}""", "")]
    public void A_registrys_words_are_passed_on(string body, string words) =>
        Assert.Equal(words, RegistryErrorBody.Words(Encoding.UTF8.GetBytes(body)));
}
