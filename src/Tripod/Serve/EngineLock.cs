using System.Globalization;

namespace Tripod.Serve;

/// <summary>One engine per RUN, and one per ROOT: held as open locks, so that they end with the process however that ends.</summary>
internal sealed class EngineLock : IDisposable
{
    private const string Name = "engine.lock", PidFile = "engine.pid";

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

    public static string PidPath(string directory) => Path.Combine(directory, PidFile);

    /// <summary>The pid of the engine that holds a directory, ready or not; null where none does.</summary>
    public static int? Holder(string directory)
    {
        try
        {
            var pid = int.Parse(File.ReadAllText(PidPath(directory)), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
            // The pid may be another program's by now.
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0') is [var program, "serve", ..] && Path.GetFileName(program) == Path.GetFileName(Environment.ProcessPath) ? pid : null;
        }
        catch (Exception failure) when (failure is IOException or FormatException or UnauthorizedAccessException)
        {
            return null;
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
        var pidFile = PidPath(directory);
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
