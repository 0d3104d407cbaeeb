using Tripod.FrontDoors.Cri.Protocol;
using Tripod.FrontDoors.Streaming;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using ContainerState = Tripod.Runtime.Containers.ContainerState;
using ContainerStatus = Tripod.Runtime.Containers.ContainerStatus;

namespace Tripod.FrontDoors.Cri.Streams;

/// <summary>Exec, Attach and PortForward: each checks what it is asked for and answers with an address, where <see cref="RemoteCommand"/> or <see cref="PortForward"/> serves SPDY/3.1 and WebSocket.</summary>
internal sealed class OpenStreams(CriParts parts)
{
    public ExecResponse Exec(ExecRequest request)
    {
        var container = Running(request.ContainerId);
        var streams = Streams(request.Stdin, request.Stdout, request.Stderr, request.Tty);
        if (request.Cmd.Count == 0)
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "cmd: there is no command to run");
        }

        var config = new ExecConfig { Command = [.. request.Cmd], Tty = streams.Tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr };
        return new() { Url = parts.Tokens.Offer("exec", http => RemoteCommand.ServeAsync(http, streams, cancel => parts.Runtime.Exec(container.Id, config, cancel), http.RequestAborted)) };
    }

    public AttachResponse Attach(AttachRequest request)
    {
        var container = Running(request.ContainerId);
        var streams = Streams(request.Stdin, request.Stdout, request.Stderr, request.Tty) with { Tty = container.Config.Tty, Attach = true, KeepsStdin = !container.Config.StdinOnce };
        streams = streams with { Stderr = streams is { Stderr: true, Tty: false } };
        return new() { Url = parts.Tokens.Offer("attach", http => RemoteCommand.ServeAsync(http, streams, cancel => parts.Runtime.Attach(container.Id, cancel), http.RequestAborted)) };
    }

    public PortForwardResponse PortForward(PortForwardRequest request)
    {
        var sandbox = parts.Lookup.Sandbox(request.PodSandboxId);
        if (sandbox.State != Runtime.Sandboxes.SandboxState.Ready)
        {
            throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"sandbox {sandbox.Id} is not ready");
        }

        return new() { Url = parts.Tokens.Offer("portforward", http => Streaming.PortForward.ServeAsync(http, request.Port, (port, cancel) => parts.Runtime.DialSandbox(sandbox.Id, port, cancel), http.RequestAborted)) };
    }

    private ContainerStatus Running(string id)
    {
        var container = parts.Lookup.Container(id);
        return container.State == ContainerState.Running ? container : throw new RuntimeException(RuntimeErrorKind.FailedPrecondition, $"container {container.Id} is not running");
    }

    private static RemoteCommandRequest Streams(bool stdin, bool stdout, bool stderr, bool tty) =>
        !stdin && !stdout && !stderr ? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "one of stdin, stdout and stderr must be asked for")
        : tty && stderr ? throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "tty and stderr exclude each other: a terminal has one output")
        : new(stdin, stdout, stderr, tty);
}
