namespace Tripod.FrontDoors.Streaming;

/// <summary>Which streams of a process the client asked for (the query of exec and attach).</summary>
/// <param name="Attach">The container's own process: its exit code is the pod's affair, and the client is only told that the streams ended.</param>
/// <param name="KeepsStdin">The process's stdin outlives the client (no <c>stdinOnce</c>): the end of the client's input only detaches it.</param>
public sealed record RemoteCommandRequest(bool Stdin, bool Stdout, bool Stderr, bool Tty, bool Attach = false, bool KeepsStdin = false);
