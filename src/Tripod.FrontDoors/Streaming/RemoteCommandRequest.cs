namespace Tripod.FrontDoors.Streaming;

/// <summary>Which streams of a process the client asked for (the query of exec and attach).</summary>
public sealed record RemoteCommandRequest(bool Stdin, bool Stdout, bool Stderr, bool Tty);
