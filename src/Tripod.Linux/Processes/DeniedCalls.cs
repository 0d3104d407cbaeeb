using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Tripod.Linux.Processes;

/// <summary>
/// A filter (seccomp(2)) for a program that needs next to nothing: what changes the machine, reaches into other processes or
/// opens sockets fails with EPERM. Made for whoever starts a process under it, who has to go on himself.
/// </summary>
internal static unsafe partial class DeniedCalls
{
    private const int SetNoNewPrivileges = 38, SetSeccomp = 22, Filter = 2;
    private const uint Allow = 0x7FFF0000, Deny = 0x00050001; // SECCOMP_RET_ERRNO | EPERM
    private const ushort Load = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, Return = 0x06;
    private const uint OtherAbi = 0x40000000; // x32, by which the same calls have other numbers

    // mount, umount2, pivot_root, chroot, ptrace, process_vm_readv, process_vm_writev, bpf, perf_event_open, setns, unshare,
    // kexec_load, kexec_file_load, init_module, finit_module, delete_module, reboot, swapon, swapoff, sethostname,
    // setdomainname, open_by_handle_at, name_to_handle_at, keyctl, add_key, request_key, userfaultfd, acct, settimeofday,
    // clock_settime, quotactl, mknodat, socket; x86 alone: mknod, iopl, ioperm
    private static readonly int[] OnX64 = [165, 166, 155, 161, 101, 310, 311, 321, 298, 308, 272, 246, 320, 175, 313, 176, 169, 167, 168, 170, 171, 304, 303, 250, 248, 249, 323, 163, 164, 227, 179, 259, 41, 133, 172, 173];
    private static readonly int[] OnArm64 = [40, 39, 41, 51, 117, 270, 271, 280, 241, 268, 97, 104, 294, 105, 273, 106, 142, 224, 225, 161, 162, 265, 264, 219, 217, 218, 282, 89, 170, 112, 60, 33, 198];

    // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr, io_uring_setup, io_uring_enter, io_uring_register
    private static readonly int[] Everywhere = [428, 429, 430, 431, 432, 433, 442, 425, 426, 427];

    /// <summary>Of the calling thread and all that it starts.</summary>
    public static void ApplyToThread()
    {
        LinuxException.Check(prctl(SetNoNewPrivileges, 1, 0, 0, 0), "prctl", "no new privileges");
        var program = Program();
        fixed (byte* instructions = program)
        {
            var filter = new FilterProgram { Length = (ushort)(program.Length / 8), Instructions = instructions };
            LinuxException.Check(prctl(SetSeccomp, Filter, (nint)(&filter), 0, 0), "prctl", "seccomp");
        }
    }

    private static byte[] Program()
    {
        var isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        int[] denied = [.. isX64 ? OnX64 : OnArm64, .. Everywhere];
        var instructions = new List<(ushort Code, byte IfTrue, byte IfFalse, uint Value)>();
        void Add(ushort code, uint value, int ifTrue = 0, int ifFalse = 0) => instructions.Add((code, (byte)ifTrue, (byte)ifFalse, value));

        var toDeny = denied.Length + 3;
        Add(Load, 4); // seccomp_data.arch
        Add(JumpIfEqual, isX64 ? 0xC000003E : 0xC00000B7, ifFalse: toDeny);
        Add(Load, 0); // seccomp_data.nr
        Add(JumpIfAtLeast, OtherAbi, ifTrue: denied.Length + 1);
        for (var i = 0; i < denied.Length; i++)
        {
            Add(JumpIfEqual, (uint)denied[i], ifTrue: denied.Length - i);
        }

        Add(Return, Allow);
        Add(Return, Deny);
        var bytes = new byte[instructions.Count * 8];
        for (var i = 0; i < instructions.Count; i++)
        {
            var (code, ifTrue, ifFalse, value) = instructions[i];
            var at = bytes.AsSpan(i * 8);
            BinaryPrimitives.WriteUInt16LittleEndian(at, code);
            (at[2], at[3]) = (ifTrue, ifFalse);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], value);
        }

        return bytes;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint two, nint three, nint four, nint five);

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public byte* Instructions;
    }
}
