namespace Tripod.Pause;

using System;
using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

/// <summary>
/// The first process of every pod. It holds the pod's namespaces, and the sockets of its host ports, by being there. As PID 1
/// of a shared PID namespace it also takes leave of orphans; and it ends at once when it is asked to, because nothing else
/// would end it: the kernel gives PID 1 no default action for signals.
/// </summary>
internal static unsafe class Pause
{
    private const nint SigInt = 2, SigTerm = 15, SigChild = 17, Block = 0, WaitNoHang = 1, SetDumpable = 4, AtFdCwd = -100, Interrupted = -4;
    private const nint Wanted = 3, OwnUsers = 2, DropFromBoundingSet = 24, Nobody = 65535;

    // clone(2). With the same parent, the child's end is told to whoever started this program.
    private const nint NewUser = 0x10000000, NewNetIpcUtsPid = 0x40000000 | 0x08000000 | 0x04000000 | 0x20000000, SameParent = 0x8000;

    /// <summary>Where the kernel enters; nothing here may rely on how the stack lies.</summary>
    [RuntimeExport("pause_entry")]
    private static void Entry() => Stubs.Enter((delegate* unmanaged<void>)&Run);

    [UnmanagedCallersOnly]
    private static void Run()
    {
        if (AskedForVersion())
        {
            Write(1, "tripod pause 0.1.0\n"u8);
            Exit(0);
        }

        AwaitLeave();

        // All are blocked: none is lost between one wait and the next, and none but the two below ends the pod, where pause
        // is not PID 1 either.
        ulong all = ~0ul;
        ulong waited = 1ul << (int)(SigInt - 1) | 1ul << (int)(SigTerm - 1) | 1ul << (int)(SigChild - 1);
        Stubs.Call(SystemCalls.SigProcMask, Block, (nint)(&all), 0, 8);

        // A container in the same PID namespace is not to trace it, or to take its fds.
        Stubs.Call(SystemCalls.Prctl, SetDumpable, 0);

        if (Stubs.Call(SystemCalls.GetPid) != 1)
        {
            // No error: under a pod that shares the host's PID namespace it is one process among others.
            Write(2, "Warning: pause should be the first process\n"u8);
        }

        while (true)
        {
            Reap();
            nint signal = Stubs.Call(SystemCalls.SigTimedWait, (nint)(&waited), 0, 0, 8);
            if (signal == SigInt || signal == SigTerm)
            {
                Write(2, "Shutting down, got signal\n"u8);
                Exit(0);
            }
        }
    }

    /// <summary>
    /// Who starts pause without a runtime hands it a pipe as fd 3, and writes a byte when all is written down about it. An
    /// engine that dies before leaves a pipe that ends, and no pause that nobody knows of. Without a pipe there is no waiting.
    /// </summary>
    private static void AwaitLeave()
    {
        byte said = ReadByte();
        if (said == OwnUsers)
        {
            EnterOwnUsers();
            said = ReadByte();
        }

        if (said != 0)
        {
            Stubs.Call(SystemCalls.Close, Wanted);
        }
    }

    /// <summary>0 where there is no pipe.</summary>
    private static byte ReadByte()
    {
        byte said = 0;
        if (Stubs.Call(SystemCalls.Read, Wanted, (nint)(&said), 1) == 0)
        {
            Exit(1);
        }

        return said;
    }

    /// <summary>
    /// For a pod with a user namespace of its own (user_namespaces(7)), which no thread of the engine can enter: a child is
    /// born into it, and when a byte has said that its ids are mapped, a child of that, as the namespace's root, into the
    /// others. This goes on as pause, and gives up what the namespace's first processes can do.
    /// </summary>
    private static void EnterOwnUsers()
    {
        GoOnAsChild(NewUser);
        ReadByte();
        BecomeRoot();
        GoOnAsChild(NewNetIpcUtsPid);
        Stubs.Call(SystemCalls.Dup3, 0, 1, 0);
        for (nint capability = 0; Stubs.Call(SystemCalls.Prctl, DropFromBoundingSet, capability) == 0; capability++)
        {
        }

        if (Stubs.Call(SystemCalls.SetResGid, Nobody, Nobody, Nobody) != 0 || Stubs.Call(SystemCalls.SetResUid, Nobody, Nobody, Nobody) != 0)
        {
            Exit(1);
        }
    }

    /// <summary>The child's pid, or -errno, is written to fd 1, and the parent ends.</summary>
    private static void GoOnAsChild(nint namespaces)
    {
        nint child = Stubs.Call(SystemCalls.Clone, namespaces | SameParent | SigChild);
        if (child != 0)
        {
            Stubs.Call(SystemCalls.Write, 1, (nint)(&child), 4);
            Exit(0);
        }
    }

    /// <summary>Only from root does the change to another user take the capabilities away.</summary>
    private static void BecomeRoot()
    {
        if (Stubs.Call(SystemCalls.SetResGid, 0, 0, 0) != 0 || Stubs.Call(SystemCalls.SetResUid, 0, 0, 0) != 0)
        {
            Exit(1);
        }
    }

    /// <summary>One SIGCHLD may stand for many children.</summary>
    private static void Reap()
    {
        nint ended;
        do
        {
            ended = Stubs.Call(SystemCalls.Wait4, -1, 0, WaitNoHang, 0);
        }
        while (ended > 0 || ended == Interrupted);
    }

    /// <summary>Whether the second of the arguments, which stand NUL-separated in /proc/self/cmdline, is -v.</summary>
    private static bool AskedForVersion()
    {
        CommandLine line = default;
        byte* text = (byte*)&line;
        nint file = Stubs.Call(SystemCalls.OpenAt, AtFdCwd, (nint)"/proc/self/cmdline\0"u8.Start, 0, 0);
        if (file < 0)
        {
            return false;
        }

        nint length = Stubs.Call(SystemCalls.Read, file, (nint)text, CommandLine.Size);
        Stubs.Call(SystemCalls.Close, file);
        nint at = 0;
        while (at < length && text[at] != 0)
        {
            at++;
        }

        return at + 2 < length && text[at + 1] == (byte)'-' && text[at + 2] == (byte)'v';
    }

    private static void Write(nint fd, ReadOnlySpan<byte> text) => Stubs.Call(SystemCalls.Write, fd, (nint)text.Start, text.Length);

    private static void Exit(nint code) => Stubs.Call(SystemCalls.Exit, code);

    [StructLayout(LayoutKind.Sequential, Size = Size)]
    private struct CommandLine
    {
        public const int Size = 256;

        private readonly byte first;
    }
}
