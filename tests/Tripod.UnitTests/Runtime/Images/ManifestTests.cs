using System.Text;
using Tripod.Runtime.Images.Layers;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;
using Xunit;

namespace Tripod.UnitTests.Runtime.Images;

public sealed class ManifestTests
{
    private static readonly Platform Amd64 = new("linux", "amd64"), Arm64 = new("linux", "arm64");

    [Theory]
    [InlineData("linux/amd64/,linux/arm64/v8", 0, 1)]
    [InlineData("linux/arm64/,linux/x86_64/", 1, 0)]
    [InlineData("linux/amd64/v3,linux/amd64/v1,linux/amd64/", 2, null)]
    [InlineData("linux/amd64/v3,linux/amd64/v2", 1, null)]
    [InlineData("windows/amd64/,unknown/unknown/", null, null)]
    [InlineData("linux/arm/v7,linux/arm64/v9,linux/aarch64/v8", null, 2)]
    public void The_plainest_manifest_for_the_machine_is_taken(string platforms, int? amd64, int? arm64)
    {
        var manifests = platforms.Split(',').Select((text, i) => text.Split('/') is [var os, var architecture, var variant]
            ? new Descriptor(MediaTypes.OciManifest, $"{i}", 1) { Platform = new(os, architecture, variant) }
            : throw new ArgumentException(text)).ToList();

        Assert.Equal(amd64?.ToString(System.Globalization.CultureInfo.InvariantCulture), Amd64.Choose(manifests)?.Digest);
        Assert.Equal(arm64?.ToString(System.Globalization.CultureInfo.InvariantCulture), Arm64.Choose(manifests)?.Digest);
    }

    [Fact]
    public void Where_nothing_names_a_platform_the_first_will_do()
    {
        Descriptor[] manifests = [new("application/vnd.other+json", "other", 1), new(MediaTypes.DockerManifest, "first", 1), new(MediaTypes.DockerManifest, "second", 1)];

        Assert.Equal("first", Amd64.Choose(manifests)?.Digest);
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "no JSON")]
    [InlineData("""{"schemaVersion":1,"fsLayers":[]}""", "schema 1")]
    [InlineData("""{"schemaVersion":2}""", "unknown type")]
    [InlineData("""{"config":{"digest":"sha256:../../../etc/passwd"},"layers":[]}""", "no sha256 digest")]
    [InlineData("""{"config":{"digest":1},"layers":[]}""", "no sha256 digest")]
    [InlineData("""{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{}]}""", "no sha256 digest")]
    public void What_is_no_manifest_is_refused(string json, string because) => Assert.Contains(
        because,
        Assert.Throws<InvalidDataException>(() => ManifestDocument.Parse(Encoding.UTF8.GetBytes(json), "text/plain")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_config_says_how_the_image_runs()
    {
        var config = ConfigDocument.Parse(Encoding.UTF8.GetBytes("""
            {"os":"linux","architecture":"amd64","created":"2024-05-06T07:08:09.123456789Z","rootfs":{"type":"layers","diff_ids":[]},
             "config":{"User":"1000","Entrypoint":null,"Cmd":["a","b"],"Env":["K=v"],"ExposedPorts":{"80/tcp":{}},"Volumes":{"/data":{}},"Labels":{"l":"1"},"StopSignal":"SIGQUIT","WorkingDir":"/w"}}
            """));

        Assert.Equal(2024, config.Created!.Value.Year);
        Assert.Equal(("1000", "SIGQUIT", "/w"), (config.Config.User, config.Config.StopSignal, config.Config.WorkingDir));
        Assert.Empty(config.Config.Entrypoint);
        Assert.Equal(["a", "b", "K=v", "80/tcp", "/data"], [.. config.Config.Cmd, .. config.Config.Env, .. config.Config.ExposedPorts, .. config.Config.Volumes]);
        Assert.Equal("1", config.Config.Labels["l"]);
    }

    [Fact]
    public void The_first_chain_id_is_the_diff_id_and_each_next_hangs_on_the_one_before()
    {
        string[] diffIds = [Digests.Of("a"u8), Digests.Of("b"u8), Digests.Of("c"u8)];

        var chain = Digests.Chain(diffIds);

        Assert.Equal(diffIds[0], chain[0]);
        Assert.Equal(Digests.Of(Encoding.ASCII.GetBytes($"{diffIds[0]} {diffIds[1]}")), chain[1]);
        Assert.Equal(Digests.Of(Encoding.ASCII.GetBytes($"{chain[1]} {diffIds[2]}")), chain[2]);
    }

    [Theory]
    [InlineData("1F8B08", "Gzip")]
    [InlineData("28B52FFD", "Zstd")]
    [InlineData("502A4D18", "Zstd")]
    [InlineData("FD377A58", "Unsupported")]
    [InlineData("425A68", "Unsupported")]
    [InlineData("2E2F0000", "None")]
    [InlineData("", "None")]
    public void Compression_is_told_by_the_first_bytes(string start, string expected) =>
        Assert.Equal(expected, Compression.Of(Convert.FromHexString(start)).ToString());
}
