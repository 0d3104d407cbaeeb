using System.Globalization;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor.Clients;

/// <summary>Programs that were written for Docker, with the libraries that people use.</summary>
public sealed class ClientLibraryTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private const string Dockerode = "dockerode@5.0.1";

    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Program_with_Docker_DotNet_runs_as_it_is()
    {
        await engine.Docker("pull", "-q", "busybox");
        var program = Path.Combine(AppContext.BaseDirectory.Replace("Tripod.IntegrationTests", "Tripod.DockerDotNetClient", StringComparison.Ordinal), "Tripod.DockerDotNetClient");
        AssertAllOk(await Command.Try("timeout", "60", program, $"unix://{engine.DockerSocket}", $"{Engine.FreePort()}"));
    }

    [Fact]
    public async Task Program_with_dockerode_runs_as_it_is()
    {
        await engine.Docker("pull", "-q", "busybox");
        AssertAllOk(await NodePackages.Run(Dockerode, "DockerDoor/Clients/dockerode.mjs", engine.DockerSocket, $"{Engine.FreePort()}", "dockerode"));
    }

    [Fact]
    public async Task Testcontainers_starts_waits_for_asks_and_removes()
    {
        // Its reaper is an image of its own, from a registry that is not to be had here; the containers are disposed of below.
        TestcontainersSettings.ResourceReaperEnabled = false;
        var network = new NetworkBuilder().WithDockerEndpoint($"unix://{engine.DockerSocket}").Build();
        await network.CreateAsync();
        var web = new ContainerBuilder("busybox")
            .WithDockerEndpoint($"unix://{engine.DockerSocket}")
            .WithNetwork(network)
            .WithNetworkAliases("web")
            .WithResourceMapping("served\n"u8.ToArray(), "/www/index.html")
            .WithEnvironment("COLOUR", "blue")
            .WithCommand("httpd", "-f", "-v", "-p", "80", "-h", "/www")
            .WithPortBinding(80, assignRandomHostPort: true)
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(80)))
            .Build();
        await using (web.ConfigureAwait(false))
        {
            await web.StartAsync();
            Assert.Equal("served\n", await Engine.Http(web.GetMappedPublicPort(80), "/index.html"));
            var exec = await web.ExecAsync(["sh", "-c", "echo $COLOUR; exit 4"]);
            Assert.Equal((4, "blue\n"), ((int)exec.ExitCode!.Value, exec.Stdout));
            Assert.Equal("served\n", System.Text.Encoding.ASCII.GetString(await web.ReadFileAsync("/www/index.html")));
            Assert.Equal(TestcontainersStates.Running, web.State);
            var asking = new ContainerBuilder("busybox").WithDockerEndpoint($"unix://{engine.DockerSocket}").WithNetwork(network).WithCommand("wget", "-q", "-O-", "http://web/index.html").Build();
            await asking.StartAsync();
            Assert.Equal(0, await asking.GetExitCodeAsync());
            Assert.Equal("served\n", (await asking.GetLogsAsync(timestampsEnabled: false)).Stdout);
            await asking.DisposeAsync();
        }

        await network.DeleteAsync();
        Assert.Equal("", await engine.Docker("ps", "-aq", "--filter", "label=org.testcontainers"));
    }

    [Fact]
    public async Task Compose_brings_an_application_up_and_down()
    {
        var compose = await ComposeProgram.Unpack();
        var directory = Directory.CreateDirectory(Path.Combine(engine.Root, "shop")).FullName;
        var port = Engine.FreePort();
        await File.WriteAllTextAsync(Path.Combine(directory, "docker-compose.yml"), string.Create(CultureInfo.InvariantCulture, $$"""
            version: "3.8"
            services:
              web:
                image: busybox
                command: sh -c "echo shop > /data/index.html; exec httpd -f -p 80 -h /data"
                ports: ["{{port}}:80"]
                volumes: ["data:/data"]
                depends_on: [store]
                restart: unless-stopped
              store:
                image: busybox
                command: sh -c "echo stored > /index.html; exec httpd -f -p 9000 -h /"
                networks:
                  default:
                    aliases: [database]
            volumes:
              data:
            """));
        Task<Command> Compose(params string[] arguments) => Command.TryIn(directory, ["env", $"DOCKER_HOST=unix://{engine.DockerSocket}", .. compose, .. arguments]);
        var up = await Compose("up", "-d");
        Assert.True(up.ExitCode == 0, up.Error);
        await Engine.Eventually(async () => await Engine.Http(port, "/index.html") == "shop\n", "the shop answers on its port", TimeSpan.FromSeconds(10));
        Assert.Equal("stored\n", (await Compose("exec", "-T", "web", "wget", "-q", "-O-", "http://database:9000/index.html")).Output);
        Assert.Matches(@"shop_web_1 .*Up.*0\.0\.0\.0:\d+->80/tcp", (await Compose("ps")).Output);
        Assert.Equal(0, (await Compose("up", "-d", "--scale", "store=2")).ExitCode);
        Assert.Equal(3, (await engine.Docker("ps", "-q", "--filter", "label=com.docker.compose.project=shop")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(0, (await Compose("restart", "-t", "0", "web")).ExitCode);
        await Engine.Eventually(async () => await Engine.Http(port, "/index.html") == "shop\n", "the shop answers again", TimeSpan.FromSeconds(10));
        Assert.Equal(0, (await Compose("down", "-v", "-t", "0")).ExitCode);
        Assert.Equal("", await engine.Docker("ps", "-aq", "--filter", "label=com.docker.compose.project=shop"));
        Assert.DoesNotContain("shop", await engine.Docker("network", "ls") + await engine.Docker("volume", "ls"), StringComparison.Ordinal);
    }

    private static void AssertAllOk(Command done) => Assert.True(
        done.ExitCode == 0 && !done.Output.Contains("FAILED", StringComparison.Ordinal) && done.Output.EndsWith("ok end\n", StringComparison.Ordinal),
        $"{done.ExitCode}: {done.Output}{done.Error}");
}
