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
        byte leave = 0;
        if (Stubs.Call(SystemCalls.Read, 3, (nint)(&leave), 1) == 0)
        {
            Exit(1);
        }

        if (leave != 0)
        {
            Stubs.Call(SystemCalls.Close, 3);
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
