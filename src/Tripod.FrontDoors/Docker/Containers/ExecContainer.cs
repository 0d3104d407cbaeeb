using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tripod.FrontDoors.Docker.Http;
using Tripod.FrontDoors.Docker.Streams;
using Tripod.Runtime;
using Tripod.Runtime.Containers;

namespace Tripod.FrontDoors.Docker.Containers;

/// <summary><c>docker exec</c>: made, started over a hijacked connection or detached, asked for its exit code.</summary>
internal sealed class ExecContainer(DockerParts parts)
{
    private const int NotFound = 127, NotExecutable = 126;

    public async Task CreateAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        var known = Running(request.Name);
        if (body.Texts("Cmd").Count == 0)
        {
            throw new DockerException(400, "No exec command specified");
        }

        var exec = new KnownExec(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), known.Id, body);
        parts.Execs.Add(exec, parts.Clock.GetUtcNow());
        parts.Events.Container(known.Id, $"exec_create: {string.Join(' ', body.Texts("Cmd"))}", new Dictionary<string, string> { ["execID"] = exec.Id });
        await request.AnswerAsync(new JsonObject { ["Id"] = exec.Id }, 201).ConfigureAwait(false);
    }

    public async Task StartAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync().ConfigureAwait(false);
        var exec = Get(request.Name);
        Running(exec.ContainerId);
        lock (exec)
        {
            if (exec.Started)
            {
                throw new DockerException(409, exec.ExitCode is null ? $"exec command {exec.Id} is already running" : $"exec command {exec.Id} has already run");
            }

            exec.Started = true;
        }

        if (body.Flag("Detach"))
        {
            await DetachedAsync(exec, request).ConfigureAwait(false);
            return;
        }

        var tty = exec.Request.Flag("Tty");
        var connection = await HijackedConnection.TakeAsync(request, tty ? MultiplexedOutput.Raw : MultiplexedOutput.Multiplexed).ConfigureAwait(false);
        await using var ending = connection.ConfigureAwait(false);
        var output = new MultiplexedOutput(connection, tty);
        try
        {
            var process = await OpenAsync(exec, exec.Request.Flag("AttachStdin"), body).ConfigureAwait(false);
            await using (process.ConfigureAwait(false))
            {
                var keys = tty ? DetachKeys.Parse(exec.Request.Text("DetachKeys")) : null;
                await new ProcessSession(connection, output).RunAsync(process, exec.Request.Flag("AttachStdin"), exec.Request.Flag("AttachStdout"), exec.Request.Flag("AttachStderr"), keys).ConfigureAwait(false);
                await EndAsync(exec, process).ConfigureAwait(false);
            }
        }
        catch (RuntimeException failure)
        {
            Ended(exec, failure);
            await output.WriteAsync(stderr: true, Encoding.UTF8.GetBytes($"OCI runtime exec failed: {failure.Message}\r\n"), CancellationToken.None).ConfigureAwait(false);
        }
    }

    public Task ResizeAsync(DockerRequest request)
    {
        var exec = Get(request.Name);
        var (rows, columns) = (request.Number("h") ?? 0, request.Number("w") ?? 0);
        if (rows > 0 && columns > 0)
        {
            exec.Process?.Resize((int)Math.Min(columns, ushort.MaxValue), (int)Math.Min(rows, ushort.MaxValue));
        }

        return request.AnswerAsync(200);
    }

    public Task InspectAsync(DockerRequest request)
    {
        var exec = Get(request.Name);
        var command = exec.Request.Texts("Cmd");
        return request.AnswerAsync(new JsonObject
        {
            ["ID"] = exec.Id,
            ["Running"] = exec.Running,
            ["ExitCode"] = exec.ExitCode,
            ["ProcessConfig"] = new JsonObject
            {
                ["tty"] = exec.Request.Flag("Tty"),
                ["entrypoint"] = command[0],
                ["arguments"] = command.Skip(1).ToJson(),
                ["privileged"] = exec.Request.Flag("Privileged"),
                ["user"] = exec.Request.Text("User"),
            },
            ["OpenStdin"] = exec.Request.Flag("AttachStdin"),
            ["OpenStderr"] = exec.Request.Flag("AttachStderr"),
            ["OpenStdout"] = exec.Request.Flag("AttachStdout"),
            ["CanRemove"] = false,
            ["ContainerID"] = exec.ContainerId,
            ["DetachKeys"] = exec.Request.Text("DetachKeys"),
            ["Pid"] = exec.Running ? exec.Process?.Pid ?? 0 : 0,
        });
    }

    /// <summary>Its output has nowhere to go; it is read so that the process is not held up.</summary>
    private async Task DetachedAsync(KnownExec exec, DockerRequest request)
    {
        IProcessStreams process;
        try
        {
            process = await OpenAsync(exec, stdin: false, []).ConfigureAwait(false);
        }
        catch (RuntimeException failure)
        {
            Ended(exec, failure);
            throw new DockerException(400, $"OCI runtime exec failed: {failure.Message}", failure);
        }

        _ = Task.Run(
            async () =>
            {
                await using (process.ConfigureAwait(false))
                {
                    await Task.WhenAll(DrainAsync(process.Stdout), DrainAsync(process.Stderr)).ConfigureAwait(false);
                    await EndAsync(exec, process).ConfigureAwait(false);
                }
            },
            CancellationToken.None);
        await request.AnswerAsync(200).ConfigureAwait(false);
    }

    private async Task<IProcessStreams> OpenAsync(KnownExec exec, bool stdin, JsonObject body)
    {
        var asked = exec.Request;
        var process = await parts.Runtime.Exec(
            exec.ContainerId,
            new()
            {
                Command = asked.Texts("Cmd"),
                Tty = asked.Flag("Tty"),
                Stdin = stdin,
                Env = [.. asked.Texts("Env").Select(variable => variable.Split('=', 2)).Where(pair => pair.Length == 2).Select(pair => new KeyValuePair<string, string>(pair[0], pair[1]))],
                WorkingDir = asked.Text("WorkingDir"),
                User = asked.Text("User"),
                Privileged = asked.Flag("Privileged"),
            },
            CancellationToken.None).ConfigureAwait(false);
        exec.Process = process;
        if ((body["ConsoleSize"] ?? asked["ConsoleSize"]) is JsonArray { Count: 2 } size && (int?)size[0] is > 0 and var rows && (int?)size[1] is > 0 and var columns)
        {
            process.Resize(columns, rows);
        }

        parts.Events.Container(exec.ContainerId, $"exec_start: {string.Join(' ', asked.Texts("Cmd"))}", new Dictionary<string, string> { ["execID"] = exec.Id });
        return process;
    }

    private async Task EndAsync(KnownExec exec, IProcessStreams process)
    {
        try
        {
            Ended(exec, await process.ExitCode.ConfigureAwait(false));
        }
        catch (RuntimeException failure)
        {
            Ended(exec, failure);
            throw;
        }
    }

    private void Ended(KnownExec exec, RuntimeException failure) =>
        Ended(exec, failure.Message.Contains("not found", StringComparison.Ordinal) || failure.Message.Contains("no such file", StringComparison.OrdinalIgnoreCase) ? NotFound : NotExecutable);

    private void Ended(KnownExec exec, int code)
    {
        exec.ExitCode = code;
        exec.EndedAt = parts.Clock.GetUtcNow();
        exec.Process = null;
        parts.Events.Container(exec.ContainerId, "exec_die", new Dictionary<string, string> { ["execID"] = exec.Id, ["exitCode"] = $"{code}" });
    }

    private static async Task DrainAsync(Stream? stream)
    {
        if (stream is not null)
        {
            await stream.CopyToAsync(Stream.Null).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private KnownExec Get(string id) => parts.Execs.Find(id) ?? throw new DockerException(404, $"No such exec instance: {id}");

    private KnownContainer Running(string name)
    {
        var known = parts.Containers.GetRunning(name);
        return known.Status.Paused ? throw new DockerException(409, $"Container {known.Id} is paused, unpause the container before exec") : known;
    }
}
