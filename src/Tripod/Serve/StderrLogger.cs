using Microsoft.Extensions.Logging;

namespace Tripod.Serve;

/// <summary>One plain line a message on stderr; whoever starts the engine says where that goes.</summary>
internal sealed class StderrLoggerProvider : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Word(logLevel)} {formatter(state, exception)}";
        Console.Error.WriteLine(exception is null ? line : $"{line}: {exception}");
    }

    public void Dispose()
    {
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };
}
