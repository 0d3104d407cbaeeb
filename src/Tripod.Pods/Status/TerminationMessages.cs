using System.Globalization;
using System.Text;
using k8s.Models;
using Tripod.Runtime;
using Tripod.Runtime.Containers;
using Tripod.Runtime.Logs;

namespace Tripod.Pods.Status;

/// <summary>
/// The file into which each run of a container may write why it ended (Kubernetes: Customizing the termination message),
/// and what is read from it, or from the log, once it has.
/// </summary>
internal sealed class TerminationMessages(PodEngineOptions options)
{
    private const int MostBytes = 4096, MostLogBytes = 2048, MostLogLines = 80;

    /// <summary>A file for this run alone, which a container of any user may write.</summary>
    public ContainerMount Mount(PodView pod, V1Container container, int attempt)
    {
        var path = PathOf(pod.Uid, container.Name, attempt);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, []);
        File.SetUnixFileMode(path, (UnixFileMode)0x1B6); // 0666
        return new(path, string.IsNullOrEmpty(container.TerminationMessagePath) ? "/dev/termination-log" : container.TerminationMessagePath);
    }

    /// <summary>What a run that has ended left to say; empty where nothing.</summary>
    public async Task<string> Read(PodView pod, V1Container container, ContainerStatus run, CancellationToken cancel)
    {
        try
        {
            var text = await EndOf(PathOf(pod.Uid, run.Config.Name, run.Config.Attempt), cancel).ConfigureAwait(false);
            return text.Length == 0 && container.TerminationMessagePolicy == "FallbackToLogsOnError" && run.ExitCode != 0
                ? await EndOfLog(run.LogPath, cancel).ConfigureAwait(false)
                : text;
        }
        catch (Exception failure) when (failure is IOException or RuntimeException)
        {
            return "";
        }
    }

    private static async Task<string> EndOf(string path, CancellationToken cancel)
    {
        if (!File.Exists(path))
        {
            return "";
        }

        await using var file = File.OpenRead(path);
        file.Seek(-Math.Min(MostBytes, file.Length), SeekOrigin.End);
        var bytes = new byte[MostBytes];
        var length = await file.ReadAtLeastAsync(bytes, MostBytes, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static async Task<string> EndOfLog(string path, CancellationToken cancel)
    {
        using var text = new MemoryStream();
        await foreach (var entry in LogReader.Read(path, new() { TailLines = MostLogLines }, Task.CompletedTask, cancel).ConfigureAwait(false))
        {
            text.Write(entry.Text.Span);
            if (!entry.Partial)
            {
                text.WriteByte((byte)'\n');
            }
        }

        var start = Math.Max(0, (int)text.Length - MostLogBytes);
        return Encoding.UTF8.GetString(text.GetBuffer(), start, (int)text.Length - start);
    }

    private string PathOf(string uid, string container, int attempt) =>
        Path.Combine(options.Root, "pods", uid, "containers", container, attempt.ToString(CultureInfo.InvariantCulture));
}
