using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tripod.FrontDoors.Kubernetes.Auditing;

/// <summary>
/// The file that is told of every request as it ends, one audit.k8s.io/v1 Event to a line. Lines are handed to the kernel
/// one by one, so that the engine's death loses none. The router hands it each request.
/// </summary>
internal sealed class AuditLog(string path, TimeProvider clock, ILogger log)
{
    /// <summary>A fuller file is put aside as <c>FILE.1</c>, and the one put aside before it goes.</summary>
    private const long MostBytes = 100 * 1024 * 1024;

    private readonly Lock gate = new();
    private FileStream? file;

    /// <returns>Null for what is asked all the time and says nothing.</returns>
    public AuditRecord? Begin(HttpContext http) => Http.Health.Is(http.Request.Path.Value ?? "/") ? null : new(http, this, clock);

    /// <summary>A full disk stops nobody's work: that a line is missing stands in the engine's own log.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (gate)
        {
            try
            {
                Append(line);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                LogMessages.AuditFailed(log, path, failure.Message);
                file?.Dispose();
                file = null;
            }
        }
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        file ??= Open();
        if (file.Length > MostBytes)
        {
            file.Dispose();
            file = null;
            File.Move(path, $"{path}.1", overwrite: true);
            file = Open();
        }

        file.Write(line);
        file.Flush();
    }

    private FileStream Open() => new(path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
