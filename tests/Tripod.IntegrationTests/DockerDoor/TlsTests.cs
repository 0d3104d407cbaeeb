using System.Globalization;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor;

/// <summary>The Docker API over TCP: for whoever has the key that was made for it, and nobody else.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task Only_a_certificate_that_was_signed_for_this_opens_the_tcp_door()
    {
        var port = Engine.FreePort();
        await using var engine = await Engine.StartWith("--listen-docker", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));
        var keys = Path.Combine(engine.Root, "state/pki/docker/client");
        Assert.Equal("600 600 600", string.Join(' ', (await Command.Run("stat", "-c", "%a", $"{keys}/ca.pem", $"{keys}/cert.pem", $"{keys}/key.pem")).Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        async Task<Command> Docker(string directory, params string[] arguments) => await Command.Try(
            ["timeout", "30", "env", "DOCKER_TLS_VERIFY=1", $"DOCKER_CERT_PATH={directory}", $"DOCKER_HOST=tcp://127.0.0.1:{port}", "docker", .. arguments]);

        var ran = await Docker(keys, "run", "--rm", "busybox", "sh", "-c", "echo over TLS; exit 5");
        Assert.Equal((5, "over TLS\n"), (ran.ExitCode, ran.Output));

        // An administrator's certificate of the Kubernetes API, which another authority has signed.
        var foreign = Directory.CreateDirectory(Path.Combine(engine.Root, "foreign")).FullName;
        File.Copy(Path.Combine(keys, "ca.pem"), Path.Combine(foreign, "ca.pem"));
        foreach (var (data, file) in ((string, string)[])[("client-certificate-data", "cert.pem"), ("client-key-data", "key.pem")])
        {
            var text = await Command.Run("kubectl", "--kubeconfig", engine.Kubeconfig, "config", "view", "--raw", "-o", $"jsonpath={{.users[0].user.{data}}}");
            await File.WriteAllBytesAsync(Path.Combine(foreign, file), Convert.FromBase64String(text));
        }

        Assert.Equal(1, (await Docker(foreign, "ps")).ExitCode);
        Assert.NotEqual(0, (await Command.Try("curl", "-sk", "-m", "5", $"https://127.0.0.1:{port}/_ping")).ExitCode);
        Assert.NotEqual(0, (await Command.Try("curl", "-s", "-m", "5", $"http://127.0.0.1:{port}/_ping")).ExitCode);
    }
}
