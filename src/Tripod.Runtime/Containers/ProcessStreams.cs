namespace Tripod.Runtime.Containers;

/// <summary>What exec runs (CRI v1 ExecRequest).</summary>
public sealed record ExecConfig
{
    public required IReadOnlyList<string> Command { get; init; }
    public bool Tty { get; init; }
    public bool Stdin { get; init; }
    public bool Stdout { get; init; } = true;
    public bool Stderr { get; init; } = true;

    /// <summary>Beside the container's own environment; the Docker door's <c>-e</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Env { get; init; } = [];
    public string WorkingDir { get; init; } = "";
    public string User { get; init; } = "";
    public bool Privileged { get; init; }

    /// <summary>Whoever lets go of it before it has ended wants it gone with all that it has started, at once and whatever it does about signals.</summary>
    public bool KillWhenDisposed { get; init; }
}

/// <summary>The open streams of a process in a container. Disposing of it lets go of the streams and, for exec, kills the process.</summary>
public interface IProcessStreams : IAsyncDisposable
{
    /// <summary>Null where none was asked for. Disposing of it is end of file for the process.</summary>
    Stream? Stdin { get; }

    /// <summary>With a tty, everything the process prints.</summary>
    Stream? Stdout { get; }
    Stream? Stderr { get; }

    /// <summary>The process's exit code, once it has ended and its output has been read.</summary>
    Task<int> ExitCode { get; }

    /// <summary>Why the command was never begun; empty when it was. Known with the exit code.</summary>
    string Refusal => "";

    /// <summary>On this machine; 0 where it is not known.</summary>
    int Pid => 0;

    void Resize(int columns, int rows);
}
