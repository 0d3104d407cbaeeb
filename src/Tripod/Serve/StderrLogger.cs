using Microsoft.Extensions.Logging;

namespace Tripod.Serve;

/// <summary>
/// Plain lines on stderr; whoever starts the engine says where that goes. To the journal they go with their priority before
/// them, and without the time, which it knows itself (sd-daemon(3)).
/// </summary>
internal sealed class StderrLoggerProvider(bool toJournal) : ILoggerProvider, ILogger
{
    /// <summary>Whether stderr is the journal's (systemd.exec(5), JOURNAL_STREAM: device and inode).</summary>
    public static bool IsJournal() =>
        Environment.GetEnvironmentVariable("JOURNAL_STREAM")?.Split(':') is [_, var inode] && new FileInfo("/proc/self/fd/2").LinkTarget == $"socket:[{inode}]";

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var said = formatter(state, exception);
        Console.Error.WriteLine(Line(logLevel, exception is null ? said : $"{said}: {exception}", toJournal, TimeProvider.System.GetUtcNow()));
    }

    public void Dispose()
    {
    }

    /// <summary>Pure. The journal takes each line for an entry, so that each has the priority.</summary>
    public static string Line(LogLevel level, string said, bool toJournal, DateTimeOffset now) => toJournal
        ? $"{Priority(level)}{said.ReplaceLineEndings($"\n{Priority(level)}")}"
        : $"{now:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Word(level)} {said}";

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => "<2>",
        LogLevel.Error => "<3>",
        LogLevel.Warning => "<4>",
        LogLevel.Information => "<6>",
        _ => "<7>",
    };
}
