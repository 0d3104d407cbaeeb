using System.Globalization;

namespace Tripod.Serve;

/// <summary>One engine per RUN, and one per ROOT: held as open locks, so that they end with the process however that ends.</summary>
internal sealed class EngineLock : IDisposable
{
    private const string Name = "engine.lock";

    /// <summary>0711: containers of any user reach what is theirs below the state; 0755: sockets have modes of their own.</summary>
    private const UnixFileMode Passable = (UnixFileMode)0x1C9, Readable = (UnixFileMode)0x1ED;

    private readonly FileStream run, root;

    private EngineLock(FileStream run, FileStream root) => (this.run, this.root) = (run, root);

    /// <exception cref="InvalidOperationException">Another engine has one of them; the message names its pid.</exception>
    public static EngineLock Take(string run, string root)
    {
        var ofRun = Hold(run, "another --run", Readable);
        try
        {
            return new EngineLock(ofRun, Hold(root, "another --root", Passable));
        }
        catch
        {
            ofRun.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        root.Dispose();
        run.Dispose();
    }

    private static FileStream Hold(string directory, string wayOut, UnixFileMode mode)
    {
        Directory.CreateDirectory(directory, mode);
        var pidFile = Path.Combine(directory, "engine.pid");
        try
        {
            var file = new FileStream(Path.Combine(directory, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(pidFile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
            return file;
        }
        catch (IOException failure)
        {
            var pid = File.Exists(pidFile) ? File.ReadAllText(pidFile).Trim() : "unknown";
            throw new InvalidOperationException($"an engine is running in {directory} already (pid {pid}): stop it with tripod down, or name {wayOut}", failure);
        }
    }
}
