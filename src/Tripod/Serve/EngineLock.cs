namespace Tripod.Serve;

/// <summary>One engine per RUN: held as an open lock, so that it ends with the process however that ends.</summary>
internal sealed class EngineLock : IDisposable
{
    private readonly FileStream file;

    private EngineLock(FileStream file) => this.file = file;

    /// <exception cref="InvalidOperationException">Another engine has it; the message names its pid.</exception>
    public static EngineLock Take(string run)
    {
        Directory.CreateDirectory(run);
        var path = Path.Combine(run, "engine.lock");
        var pidFile = Path.Combine(run, "engine.pid");
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(pidFile, $"{Environment.ProcessId}\n");
            return new EngineLock(file);
        }
        catch (IOException)
        {
            var pid = File.Exists(pidFile) ? File.ReadAllText(pidFile).Trim() : "unknown";
            throw new InvalidOperationException($"an engine is running in {run} already (pid {pid}): stop it with tripod down, or name another --run");
        }
    }

    public void Dispose() => file.Dispose();
}
