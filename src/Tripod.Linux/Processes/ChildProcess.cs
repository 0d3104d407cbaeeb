using System.Runtime.InteropServices;
using System.Text;

namespace Tripod.Linux.Processes;

/// <summary>How a child is started.</summary>
public sealed record ChildOptions
{
    /// <summary>The program (found in PATH when it holds no slash), then its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Added to the engine's own environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The child's fd 0, 1, 2, 3 …; null is /dev/null. It gets no other fd.</summary>
    public IReadOnlyList<FileDescriptor?> Descriptors { get; init; } = [];

    /// <summary>A mount point that the child is not to see: covered by an empty tmpfs in a mount namespace of its own.</summary>
    public string? HiddenMount { get; init; }
}

/// <summary>Starts processes with exactly the fds and the mounts they are meant to have (posix_spawn(3)).</summary>
public static partial class ChildProcess
{
    private const int CloneFs = 0x200, CloneNewNs = 0x20000, SetSigMask = 0x08, SetSigDef = 0x04, SetSid = 0x80;

    /// <summary>Starts the child and returns its pid; whoever calls waits for its end with <see cref="Wait"/>.</summary>
    /// <remarks>
    /// A hidden mount takes a thread of its own, which leaves the process's mount namespace, spawns, and ends: the child
    /// is born into the thread's namespace, and the mounts are those of this very moment, shared ones still shared.
    /// </remarks>
    public static Task<int> Start(ChildOptions options) =>
        options.HiddenMount is null ? Task.FromResult(Spawn(options)) : OnOwnThread(() =>
        {
            LinuxException.Check(unshare(CloneFs | CloneNewNs), "unshare", "mount namespace");
            Mounts.Mount("none", options.HiddenMount, "none", MountFlags.Private);
            Mounts.Mount("none", options.HiddenMount, "tmpfs");
            return Spawn(options);
        });

    /// <summary>Runs the child to its end; what it leaves behind in the background is not waited for.</summary>
    /// <returns>Its exit code, 128 + signal when it was killed; and what it wrote to stderr, at most 64 KiB.</returns>
    public static async Task<(int ExitCode, string Error)> Run(ChildOptions options)
    {
        // A pipe would be open as long as anything that the child left behind has it.
        using var error = MemoryFile.Create("stderr");
        IReadOnlyList<FileDescriptor?> first = [.. options.Descriptors.Take(2), null, null];
        var pid = await Start(options with { Descriptors = [.. first.Take(2), error, .. options.Descriptors.Skip(3)] }).ConfigureAwait(false);
        return (await End(pid).ConfigureAwait(false), MemoryFile.ReadText(error, 64 * 1024));
    }

    /// <summary>Completes with the exit code of a child of this process when it ends; holds no thread.</summary>
    public static async Task<int> End(int pid)
    {
        using (var process = Pidfd.Open(pid))
        {
            if (process is not null)
            {
                await process.Ended(CancellationToken.None).ConfigureAwait(false);
            }
        }

        return Wait(pid);
    }

    /// <summary>Waits for a child of this process; blocks.</summary>
    public static unsafe int Wait(int pid)
    {
        int status;
        while (waitpid(pid, &status, 0) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR)
            {
                throw new LinuxException("waitpid", $"{pid}", errno);
            }
        }

        return (status & 0x7F) == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F);
    }

    internal static Task<T> OnOwnThread<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        }, maxStackSize: 256 * 1024)
        { IsBackground = true }.Start();
        return done.Task;
    }

    private static int Spawn(ChildOptions options)
    {
        using var nothing = Pipe.DevNull();
        var descriptors = Enumerable.Range(0, Math.Max(3, options.Descriptors.Count)).Select(number => (number < options.Descriptors.Count ? options.Descriptors[number] : null) ?? nothing);
        return Spawn(options.Command, Merge(options.Environment), [.. descriptors]);
    }

    /// <summary>Starts a child of the calling thread, which hands on its namespaces and all that it has given up.</summary>
    internal static unsafe int Spawn(IReadOnlyList<string> command, IReadOnlyList<string> variables, IReadOnlyList<FileDescriptor> descriptors)
    {
        using var arguments = new NativeStrings(command);
        using var environment = new NativeStrings(variables);
        var actions = stackalloc byte[128];
        var attributes = stackalloc byte[512];
        posix_spawn_file_actions_init(actions);
        posix_spawnattr_init(attributes);
        try
        {
            Place(descriptors, actions);
            SignalsAsAtStart(attributes);
            int pid;
            var result = posix_spawnp(&pid, command[0], actions, attributes, arguments.Pointers, environment.Pointers);
            GC.KeepAlive(descriptors);
            return result == 0 ? pid : throw new LinuxException("posix_spawn", command[0], result);
        }
        finally
        {
            posix_spawn_file_actions_destroy(actions);
            posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>All engine fds close on exec; dup2 clears that on the copies. Sources are first moved out of the way of targets.</summary>
    private static unsafe void Place(IReadOnlyList<FileDescriptor> descriptors, byte* actions)
    {
        var aside = Aside([.. descriptors.Select(source => source.Number)]);
        for (var i = 0; i < descriptors.Count; i++)
        {
            Require(posix_spawn_file_actions_adddup2(actions, descriptors[i].Number, aside + i));
        }

        for (var i = 0; i < descriptors.Count; i++)
        {
            Require(posix_spawn_file_actions_adddup2(actions, aside + i, i));
        }

        for (var i = 0; i < descriptors.Count; i++)
        {
            Require(posix_spawn_file_actions_addclose(actions, aside + i));
        }
    }

    /// <summary>The first of as many numbers in a row as there are sources, none of them a target or a source that is still to be read.</summary>
    private static int Aside(int[] sources)
    {
        var first = sources.Length;
        foreach (var source in sources.Order())
        {
            if (source >= first && source < first + sources.Length)
            {
                first = source + 1;
            }
        }

        return first;
    }

    /// <summary>The runtime blocks and ignores signals of its own (SIGPIPE); children start with none blocked and all at their default.</summary>
    private static unsafe void SignalsAsAtStart(byte* attributes)
    {
        var none = stackalloc byte[128];
        var all = stackalloc byte[128];
        new Span<byte>(none, 128).Clear();
        new Span<byte>(all, 128).Fill(0xFF);
        posix_spawnattr_setsigmask(attributes, none);
        posix_spawnattr_setsigdefault(attributes, all);
        posix_spawnattr_setflags(attributes, SetSigMask | SetSigDef | SetSid);
    }

    private static IReadOnlyList<string> Merge(IReadOnlyDictionary<string, string> added)
    {
        var own = System.Environment.GetEnvironmentVariables();
        return
        [
            .. own.Keys.Cast<string>().Where(name => !added.ContainsKey(name)).Select(name => $"{name}={own[name]}"),
            .. added.Select(pair => $"{pair.Key}={pair.Value}"),
        ];
    }

    private static void Require(int result)
    {
        if (result != 0)
        {
            throw new LinuxException("posix_spawn_file_actions", null, result);
        }
    }

    /// <summary>A NULL-terminated array of C strings.</summary>
    private sealed unsafe class NativeStrings : IDisposable
    {
        private readonly int count;

        public NativeStrings(IReadOnlyList<string> strings)
        {
            count = strings.Count;
            Pointers = (byte**)NativeMemory.AllocZeroed((nuint)(count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < count; i++)
            {
                var bytes = Encoding.UTF8.GetBytes(strings[i] + '\0');
                Pointers[i] = (byte*)NativeMemory.Alloc((nuint)bytes.Length);
                bytes.CopyTo(new Span<byte>(Pointers[i], bytes.Length));
            }
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            for (var i = 0; i < count; i++)
            {
                NativeMemory.Free(Pointers[i]);
            }

            NativeMemory.Free(Pointers);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int posix_spawnp(int* pid, string file, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int target);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_addclose(byte* actions, int fd);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_setsigmask(byte* attributes, byte* mask);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_setsigdefault(byte* attributes, byte* mask);
}
