using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Tripod.IntegrationTests.Fixtures;
using Tripod.Runtime;
using Xunit;

namespace Tripod.IntegrationTests.Images;

/// <summary>Pulls from registries that cut, refuse, redirect and lie.</summary>
public sealed class HardPullTests : IAsyncLifetime
{
    private readonly ImageStore store = new();
    private readonly byte[] random = RandomNumberGenerator.GetBytes(4 << 20);
    private RegistryServer registry = null!;
    private string id = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        registry = await RegistryServer.Start();
        var image = new ImageBuilder().Layer(layer => layer.File("random", random), LayerCompression.None);
        id = image.Id;
        await registry.Push(await store.Archive(image), "big:latest");
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task A_cut_connection_is_taken_up_where_it_broke_off()
    {
        await using var proxy = new CuttingProxy(registry.Port, cutAfter: 1 << 20, cuts: 3);

        var image = await store.Service.Pull($"{proxy.Host}/big", null, null, Cancel);

        Assert.Equal((id, 3), (image.Id, proxy.Cuts));
        Assert.Equal(random, await File.ReadAllBytesAsync(Path.Combine(store.Service.LayerDirectories(image.Id)[0], "random"), Cancel));
    }

    [Fact]
    public async Task A_pull_that_died_half_way_is_gone_on_with_by_the_next_engine()
    {
        long? from = null;
        await using var scripted = await ScriptedRegistry.Start(registry, (_, context) =>
        {
            from ??= context.Request.GetTypedHeaders().Range?.Ranges.First().From;
            return Task.FromResult(false);
        });
        using var died = new CancellationTokenSource();
        await using (var proxy = new CuttingProxy(registry.Port, cutAfter: 2 << 20, cuts: int.MaxValue))
        {
            var pull = store.Service.Pull($"{proxy.Host}/big", null, new Stop(died), died.Token);
            await Assert.ThrowsAnyAsync<Exception>(() => pull);
        }

        var image = await store.Reopen().Pull($"{scripted.Host}/big", null, null, Cancel);

        Assert.Equal(id, image.Id);
        Assert.True(from > 0);
    }

    [Fact]
    public async Task A_token_is_fetched_with_the_credentials_and_shown_to_the_registry_alone()
    {
        await using var elsewhere = await ScriptedRegistry.Start(registry, (_, _) => Task.FromResult(false));
        await using var scripted = await ScriptedRegistry.Start(registry, async (self, context) =>
        {
            if (context.Request.Path == "/token")
            {
                await context.Response.WriteAsJsonAsync(new Dictionary<string, object> { ["token"] = "secret-token", ["expires_in"] = 300 });
                return true;
            }

            if (context.Request.Headers.Authorization != "Bearer secret-token")
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{self.Host}/token\",service=\"test registry\",scope=\"repository:big:pull\"";
                return true;
            }

            if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                context.Response.Redirect($"http://{elsewhere.Host}{context.Request.Path}");
                return true;
            }

            return false;
        });

        var image = await store.Service.Pull($"{scripted.Host}/big", new("me", "my password"), null, Cancel);

        Assert.Equal(id, image.Id);
        var asked = Assert.Single(scripted.Requests, request => request.Path == "/token");
        Assert.Equal("Basic " + Convert.ToBase64String("me:my password"u8), asked.Authorization);
        Assert.Equal("?service=test%20registry&scope=repository%3Abig%3Apull", asked.Query);
        Assert.NotEmpty(elsewhere.Requests);
        Assert.All(elsewhere.Requests, request => Assert.Equal("", request.Authorization));
    }

    [Fact]
    public async Task A_token_that_the_client_brings_is_shown_as_it_is_and_no_other_is_asked_for()
    {
        await using var scripted = await ScriptedRegistry.Start(registry, (self, context) =>
        {
            var refused = context.Request.Headers.Authorization != "Bearer brought";
            if (refused)
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{self.Host}/token\",service=\"test registry\",scope=\"repository:big:pull\"";
            }

            return Task.FromResult(refused);
        });

        var refused = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull($"{scripted.Host}/big", new(RegistryToken: "expired"), null, Cancel));
        Assert.Equal(RuntimeErrorKind.PermissionDenied, refused.Kind);
        Assert.Equal(id, (await store.Service.Pull($"{scripted.Host}/big", new(RegistryToken: "brought"), null, Cancel)).Id);
        Assert.DoesNotContain(scripted.Requests, request => request.Path == "/token");
    }

    [Fact]
    public async Task Content_that_is_not_what_its_digest_says_is_never_used()
    {
        await using var scripted = await ScriptedRegistry.Start(registry, async (_, context) =>
        {
            if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
            {
                await context.Response.Body.WriteAsync(new byte[random.Length + 2048]);
                return true;
            }

            return false;
        });

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull($"{scripted.Host}/big", null, null, Cancel));

        Assert.Equal("ErrImagePull", failure.Reason);
        Assert.Empty(store.Service.List());
        Assert.Empty(Directory.GetFiles(Path.Combine(store.Root, "images/blobs/sha256")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(store.Root, "images/layers")));
    }

    [Fact]
    public async Task A_manifest_by_digest_is_verified_too()
    {
        var digest = (await store.Service.Pull($"{registry.Host}/big", null, null, Cancel)).RepoDigests[0].Split('@')[1];
        await using var scripted = await ScriptedRegistry.Start(registry, async (_, context) =>
        {
            if (context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal))
            {
                await context.Response.WriteAsync("{}");
                return true;
            }

            return false;
        });

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => store.Service.Pull($"{scripted.Host}/big@{digest}", null, null, Cancel));

        Assert.Contains($"not {digest}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_registry_is_asked_again()
    {
        var refusals = 2;
        await using var scripted = await ScriptedRegistry.Start(registry, (_, context) =>
        {
            context.Response.StatusCode = Interlocked.Decrement(ref refusals) switch { 1 => 429, 0 => 503, _ => 200 };
            return Task.FromResult(context.Response.StatusCode != 200);
        });

        var image = await store.Service.Pull($"{scripted.Host}/big", null, null, Cancel);

        Assert.Equal(id, image.Id);
    }

    [Fact]
    public async Task Of_an_index_the_manifest_for_this_machine_is_taken()
    {
        var manifest = (await store.Service.Pull($"{registry.Host}/big", null, null, Cancel)).RepoDigests[0].Split('@')[1];
        var architecture = new ImageBuilder().Architecture;
        var index = $$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{new string('0', 64)}}","size":1,"platform":{"os":"linux","architecture":"s390x"} },
            {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{manifest}}","size":1,"platform":{"os":"linux","architecture":"{{architecture}}"} }]}
            """;
        await using var scripted = await ScriptedRegistry.Start(registry, async (_, context) =>
        {
            if (context.Request.Path == "/v2/big/manifests/all")
            {
                context.Response.ContentType = "application/vnd.oci.image.index.v1+json";
                await context.Response.WriteAsync(index);
                return true;
            }

            return false;
        });

        var image = await store.Service.Pull($"{scripted.Host}/big:all", null, null, Cancel);

        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(index)));
        Assert.Equal(id, image.Id);
        Assert.Contains($"{scripted.Host}/big@{digest}", image.RepoDigests);
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<Runtime.Images.PullProgress>
    {
        public void Report(Runtime.Images.PullProgress value)
        {
            if (value.Status == "Downloading" && value.Current > 1 << 20)
            {
                source.Cancel();
            }
        }
    }
}
