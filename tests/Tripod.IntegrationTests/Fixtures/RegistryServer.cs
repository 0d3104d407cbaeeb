using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tripod.IntegrationTests.Fixtures;

/// <summary>
/// Debian's docker-registry on a free loopback port, with its storage in a temporary directory. It ends when disposed of,
/// and also when the test run itself is killed.
/// </summary>
public sealed partial class RegistryServer : IAsyncDisposable
{
    /// <summary>The one user of a registry that asks for credentials.</summary>
    public const string User = "user", Password = "secret";

    private const string PasswordFile = "user:$2b$04$vf.tg8NS2Dw0BYd.QU73YuHrfCpVAuMYiky/d23f4mX07rABncrYG\n";

    private readonly Process process;
    private readonly string directory;
    private readonly bool authenticated;

    private RegistryServer(Process process, string directory, int port, bool authenticated)
    {
        this.process = process;
        this.directory = directory;
        this.authenticated = authenticated;
        Port = port;
    }

    public int Port { get; }

    /// <summary><c>127.0.0.1:PORT</c>, as it stands in a reference.</summary>
    public string Host => $"127.0.0.1:{Port}";

    /// <summary><c>http://127.0.0.1:PORT</c>, as a mirror is configured.</summary>
    public string Url => $"http://{Host}";

    /// <param name="authenticated">Basic authentication with <see cref="User"/> and <see cref="Password"/>.</param>
    /// <param name="port">0: a free one.</param>
    public static async Task<RegistryServer> Start(bool authenticated = false, int port = 0)
    {
        var program = Path.Combine(await DebianPackage.Unpack("docker-registry"), "usr/bin/docker-registry");
        var directory = Directory.CreateTempSubdirectory("tripod-registry-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "htpasswd"), PasswordFile);
        await File.WriteAllTextAsync(Path.Combine(directory, "config.yml"), Configuration(directory, authenticated, port));

        // The shell holds the other end of standard input: when this process dies in whatever way, cat ends and the registry goes too.
        var start = new ProcessStartInfo("sh", ["-c", "\"$0\" serve \"$1\" & cat > /dev/null; kill $!; wait", program, Path.Combine(directory, "config.yml")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OTEL_TRACES_EXPORTER"] = "none";
        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new List<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.Add(line.Data ?? "");
            }

            if (line.Data is null)
            {
                listening.TrySetException(new InvalidOperationException($"docker-registry ended: {string.Join('\n', log)}"));
            }
            else if (Listening().Match(line.Data) is { Success: true } match)
            {
                listening.TrySetResult(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
            }
        };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new RegistryServer(process, directory, await listening.Task.WaitAsync(TimeSpan.FromSeconds(30)), authenticated);
    }

    /// <summary>Pushes the one image of an OCI archive under a name such as <c>library/busybox:latest</c>.</summary>
    public async Task Push(string ociArchive, string name)
    {
        string[] credentials = authenticated ? ["--dest-creds", $"{User}:{Password}"] : [];
        await Command.Run([
            "skopeo", "--insecure-policy", "copy", "--all", "--dest-tls-verify=false", "--preserve-digests", .. credentials,
            $"oci-archive:{ociArchive}", $"docker://{Host}/{name}"]);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static string Configuration(string directory, bool authenticated, int port) => $"""
        version: 0.1
        log: {"{"}level: info, accesslog: {"{"}disabled: true{"}}"}
        storage:
          filesystem: {"{"}rootdirectory: {directory}/data{"}"}
          delete: {"{"}enabled: true{"}"}
        http: {"{"}addr: "127.0.0.1:{port}"{"}"}
        {(authenticated ? $"auth: {{htpasswd: {{realm: tests, path: {directory}/htpasswd}}}}" : "")}

        """;

    [GeneratedRegex(@"listening on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
