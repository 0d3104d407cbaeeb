using Tripod.Linux.Processes;

namespace Tripod.Runtime.Containers;

/// <summary>What this machine's ps(1) says.</summary>
internal static class ProcessListing
{
    private const int MostBytes = 4 << 20;

    public static async Task<string> RunAsync(IReadOnlyList<string> arguments)
    {
        using var output = MemoryFile.Create("ps");
        var (code, error) = await ChildProcess.Run(new() { Command = ["ps", .. arguments], Descriptors = [null, output] }).ConfigureAwait(false);
        return code == 0 ? MemoryFile.ReadText(output, MostBytes) : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"ps: {error.Trim()}");
    }
}
