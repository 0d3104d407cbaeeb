using System.Net;
using System.Net.Sockets;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.Article;

/// <summary>The article's third section: the pod made by hand, by the docker CLI and the commands as they stand (examples/ghost/by-hand.sh).</summary>
public sealed class HandMadePodTests : IAsyncLifetime
{
    private const string PauseRegistry = "registry.cn-hangzhou.aliyuncs.com", TheArticlesPort = "8888";

    private Engine engine = null!;
    private string folder = "";

    public async ValueTask InitializeAsync()
    {
        engine = await Engine.Start(mirrored: PauseRegistry);
        folder = Directory.CreateDirectory(Path.Combine(engine.Root, "by-hand")).FullName;
        var examples = Path.Combine(SourceTree.Root, "examples", "ghost");
        var nginx = await Recipe(examples, "nginx");

        // The article's ghost was 4.x, whose database was SQLite; Docker Hub's of today wants MySQL until it is told otherwise.
        var ghost = await DerivedImage.WithEnvironment(
            await Recipe(examples, "ghost"), Path.Combine(folder, "ghost.tar"),
            "database__client=sqlite3", "database__connection__filename=/var/lib/ghost/content/data/ghost.db", "database__useNullAsDefault=true");
        var pause = new ImageBuilder().Layer(layer => layer.File("pause", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "pause")), 0x1ED)).Entrypoint("/pause").User("65535:65535");
        await engine.Registry.Push(nginx, "library/nginx:latest");
        await engine.Registry.Push(ghost, "library/ghost:latest");
        await engine.Registry.Push(await pause.WriteOciArchive(Path.Combine(folder, "pause.tar")), "google_containers/pause:3.6");
        File.Copy(Path.Combine(examples, "nginx.conf"), Path.Combine(folder, "nginx.conf"));
        File.Copy(Path.Combine(examples, "by-hand.sh"), Path.Combine(folder, "by-hand.sh"));
    }

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Fact]
    public async Task Commands_of_the_article_make_the_blog_and_its_parts_come_back_with_pause()
    {
        var port = await Port();
        var made = await engine.DockerShell($"cd {folder} && sh by-hand.sh");
        Assert.True(made.ExitCode == 0, made.Error);
        await Engine.Eventually(() => Answers(port), "the blog answers", TimeSpan.FromSeconds(60));
        Assert.Equal(
            ["fake_k8s_pod_nginx nginx ", $"fake_k8s_pod_pause {PauseRegistry}/google_containers/pause:3.6 0.0.0.0:{port}->80/tcp", "ghost ghost "],
            (await engine.Docker("ps", "--format", "{{.Names}} {{.Image}} {{.Ports}}")).Replace("80/tcp\n", "80/tcp\n", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.EndsWith(" 80/tcp", StringComparison.Ordinal) || line.EndsWith(" 2368/tcp", StringComparison.Ordinal) ? line[..(line.LastIndexOf(' ') + 1)] : line).Order(StringComparer.Ordinal));
        Assert.Contains("/pause", await engine.Docker("exec", "ghost", "ps"), StringComparison.Ordinal);

        // An app dies and comes back into the same namespaces.
        var namespaces = await engine.Docker("inspect", "fake_k8s_pod_pause", "--format", "{{.State.Pid}} {{.NetworkSettings.IPAddress}}");
        await engine.Docker("restart", "-t", "1", "fake_k8s_pod_nginx");
        await Engine.Eventually(() => Answers(port), "the blog answers after nginx was restarted", TimeSpan.FromSeconds(20));
        Assert.Equal(namespaces, await engine.Docker("inspect", "fake_k8s_pod_pause", "--format", "{{.State.Pid}} {{.NetworkSettings.IPAddress}}"));

        // The engine dies; nothing of the pod notices.
        await engine.Kill();
        Assert.True(await Answers(port));
        await engine.Launch();
        Assert.Equal(namespaces, await engine.Docker("inspect", "fake_k8s_pod_pause", "--format", "{{.State.Pid}} {{.NetworkSettings.IPAddress}}"));

        // Pause ends, and the others with its PID namespace; with it they come back.
        await engine.Docker("stop", "fake_k8s_pod_pause");
        await Engine.Eventually(
            async () => (await engine.Docker("ps", "-a", "--format", "{{.Status}}")).Split("with the PID namespace").Length == 3, "both joiners say why they ended", TimeSpan.FromSeconds(10));
        Assert.Contains("cannot join network of a non running container", (await engine.TryDocker("start", "ghost")).Error, StringComparison.Ordinal);
        await engine.Docker("start", "fake_k8s_pod_pause");
        await Engine.Eventually(() => Answers(port), "the blog answers after pause was started again", TimeSpan.FromSeconds(60));

        // The same as a pod, by the manifest that the containers amount to.
        var manifest = Path.Combine(folder, "adopted.yaml");
        await File.WriteAllTextAsync(manifest, await Command.Run(Engine.TripodProgram, "adopt", "fake_k8s_pod_pause", "--run", engine.Run));
        await engine.Docker("rm", "-f", "-v", "ghost", "fake_k8s_pod_nginx", "fake_k8s_pod_pause");
        Assert.Equal("", await engine.Docker("volume", "ls", "-q"));
        Assert.Equal("pod/fake-k8s-pod created\n", await engine.Kubectl("apply", "-f", manifest));
        await engine.WaitReady("fake-k8s-pod", 60);
        await Engine.Eventually(() => Answers(port), "the blog answers as a pod", TimeSpan.FromSeconds(60));

        // And the same by hand again, by the commands that the pod amounts to.
        var commands = Path.Combine(folder, "again.sh");
        await File.WriteAllTextAsync(commands, await Command.Run(Engine.TripodProgram, "docker-run", "fake-k8s-pod", "--kubeconfig", engine.Kubeconfig));
        await engine.Kubectl("delete", "-f", manifest, "--now");
        var again = await engine.DockerShell($"cd {folder} && sh again.sh");
        Assert.True(again.ExitCode == 0, again.Error);
        await Engine.Eventually(() => Answers(port), "the blog answers by hand again", TimeSpan.FromSeconds(60));
        await engine.Docker("rm", "-f", "fake-k8s-pod_ghost", "fake-k8s-pod_fake-k8s-pod-nginx", "fake-k8s-pod_pause");
    }

    /// <summary>The article's, unless a user's engine has it.</summary>
    private async Task<string> Port()
    {
        try
        {
            using var free = new TcpListener(IPAddress.Any, int.Parse(TheArticlesPort, System.Globalization.CultureInfo.InvariantCulture));
            free.Start();
            return TheArticlesPort;
        }
        catch (SocketException)
        {
            // Somebody's engine has it.
        }

        var other = Engine.FreePort().ToString(System.Globalization.CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"port {TheArticlesPort} is in use on this machine: {other} stands in for it");
        var script = Path.Combine(folder, "by-hand.sh");
        await File.WriteAllTextAsync(script, (await File.ReadAllTextAsync(script)).Replace($"{TheArticlesPort}:80", $"{other}:80", StringComparison.Ordinal));
        return other;
    }

    private static async Task<bool> Answers(string port) =>
        (await Engine.Http(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)))?.Contains("Ghost", StringComparison.Ordinal) == true;

    private static async Task<string> Recipe(string examples, string image) => (await Command.Run(Path.Combine(examples, "images", "build.sh"), image)).Trim();
}
