using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Tripod.Linux;
using Tripod.Linux.Events;
using Tripod.Linux.Processes;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Records;
using Tripod.Runtime.Users;

namespace Tripod.Runtime.Containers;

/// <summary>One more process in a running container, with its streams (CRI Exec). The doors hand it requests; crun joins the namespaces.</summary>
internal sealed class ExecProcess(RuntimeParts parts)
{
    public async Task<IProcessStreams> RunAsync(string id, ExecConfig config, CancellationToken cancel)
    {
        var record = parts.Table.Get(id).Record;
        if (record.State != ContainerState.Running)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {id} is not running");
        }

        var exec = Path.Combine(parts.Paths.Bundle(id), $"exec-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}");
        await File.WriteAllTextAsync($"{exec}.json", ProcessOf(record, config), cancel).ConfigureAwait(false);
        var command = new List<string>([.. parts.Oci.CommandPrefix(id, RuntimeHandler.Of(parts, record)), "--log", $"{exec}.log", "exec", "--process", $"{exec}.json"]);
        return config.Tty
            ? await WithTerminalAsync(id, exec, command, config).ConfigureAwait(false)
            : await WithPipesAsync(record, exec, command, config).ConfigureAwait(false);
    }

    /// <summary>The container's own process, with another command.</summary>
    private string ProcessOf(ContainerRecord record, ExecConfig config)
    {
        var bundle = parts.Paths.Bundle(record.Id);
        var process = JsonNode.Parse(File.ReadAllBytes(Path.Combine(bundle, "config.json")))!["process"]!.AsObject();
        process["args"] = new JsonArray([.. config.Command.Select(part => JsonValue.Create(part))]);
        process["terminal"] = config.Tty;
        foreach (var (name, value) in config.Env)
        {
            process["env"]!.AsArray().Add((JsonNode)$"{name}={value}");
        }

        if (config.Tty && !process["env"]!.AsArray().Any(variable => ((string?)variable)!.StartsWith("TERM=", StringComparison.Ordinal)))
        {
            process["env"]!.AsArray().Add((JsonNode)"TERM=xterm");
        }

        if (config.Privileged)
        {
            var all = Capabilities.For(privileged: true, [], [], parts.Bounding).Order(StringComparer.Ordinal).ToList();
            process["capabilities"] = new JsonObject(((string[])["bounding", "permitted", "effective"]).Select(set => KeyValuePair.Create(set, (JsonNode?)new JsonArray([.. all.Select(name => (JsonNode)name)]))));
            process["noNewPrivileges"] = false;
            process.Remove("apparmorProfile");
        }

        if (config.WorkingDir.Length > 0)
        {
            process["cwd"] = config.WorkingDir;
        }

        if (config.User.Length > 0)
        {
            var rootfs = parts.Paths.Rootfs(record.Id);
            var user = UserLookup.Resolve(new() { RunAsUsername = config.User }, "", RootedFile.Read(rootfs, "/etc/passwd"), RootedFile.Read(rootfs, "/etc/group"));
            Users(record)?.Require(user);
            process["user"] = new JsonObject { ["uid"] = user.Uid, ["gid"] = user.Gid, ["additionalGids"] = new JsonArray([.. user.Groups.Select(group => JsonValue.Create(group))]) };
        }

        return process.ToJsonString();
    }

    private async Task<IProcessStreams> WithPipesAsync(ContainerRecord record, string exec, List<string> command, ExecConfig config)
    {
        // Without input it is a pipe that has ended, not /dev/null: the OCI runtime gives what it finds to the process's user.
        var stdin = Pipe.Create();
        if (!config.Stdin)
        {
            stdin.Write.Dispose();
        }

        var stdout = Pipe.Create();
        var stderr = Pipe.Create();
        if (Users(record) is { } users && ProcessUserOf($"{exec}.json") is var user)
        {
            StreamOwner.Give([stdin.Read, stdout.Write, stderr.Write], users, user);
        }

        var pid = await ChildProcess.Start(new()
        {
            Command = [.. command, record.Id],
            Descriptors = [stdin.Read, stdout.Write, stderr.Write],
            HiddenMount = parts.Oci.HiddenMount,
        }).ConfigureAwait(false);
        stdin.Read.Dispose();
        stdout.Write.Dispose();
        stderr.Write.Dispose();
        return new ExecStreams(pid, exec, config, config.Stdin ? new FdStream(stdin.Write) : null, new FdStream(stdout.Read), new FdStream(stderr.Read), master: null);
    }

    private UserMappings? Users(ContainerRecord record) => record.SandboxId is { } sandbox ? parts.Table.Find(sandbox)?.Record.Sandbox?.Users : null;

    private static ContainerUser ProcessUserOf(string file)
    {
        var user = JsonNode.Parse(File.ReadAllBytes(file))!["user"]!;
        return new((long)user["uid"]!, (long)user["gid"]!, []);
    }

    private async Task<IProcessStreams> WithTerminalAsync(string id, string exec, List<string> command, ExecConfig config)
    {
        using var console = new ConsoleSocket(Path.Combine("/tmp", $"tripod-{Path.GetFileName(exec)}.sock"));
        var received = Task.Run(console.Receive);
        var errors = Pipe.Create();
        var pid = await ChildProcess.Start(new()
        {
            Command = [.. command, "--tty", "--console-socket", console.Path, id],
            Descriptors = [null, null, errors.Write],
            HiddenMount = parts.Oci.HiddenMount,
        }).ConfigureAwait(false);
        errors.Write.Dispose();
        using var process = Pidfd.Open(pid);
        var ended = process is null ? Task.CompletedTask : process.Ended(CancellationToken.None);
        if (await Task.WhenAny(received, ended).ConfigureAwait(false) == ended)
        {
            console.GiveUp();
        }

        if (await received.ConfigureAwait(false) is not { } terminal)
        {
            // It ended without a terminal: what it said is all there is.
            return new ExecStreams(pid, exec, config, null, new FdStream(errors.Read), null, master: null);
        }

        errors.Read.Dispose();
        var master = new FdStream(terminal);
        return new ExecStreams(pid, exec, config, master, master, null, master.Descriptor);
    }
}
