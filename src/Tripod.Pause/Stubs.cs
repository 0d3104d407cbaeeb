namespace Tripod.Pause;

using System;
using System.Runtime.CompilerServices;

/// <summary>All machine code of the program that no compiler made, per architecture.</summary>
internal static unsafe class Stubs
{
#if ARM64
    // mov x8,x0; mov x0,x1; mov x1,x2; mov x2,x3; mov x3,x4; mov x4,x5; svc 0; ret
    private static ReadOnlySpan<byte> SystemCall =>
    [
        0xE8, 0x03, 0x00, 0xAA, 0xE0, 0x03, 0x01, 0xAA, 0xE1, 0x03, 0x02, 0xAA, 0xE2, 0x03, 0x03, 0xAA,
        0xE3, 0x03, 0x04, 0xAA, 0xE4, 0x03, 0x05, 0xAA, 0x01, 0x00, 0x00, 0xD4, 0xC0, 0x03, 0x5F, 0xD6,
    ];

    // br x0: the stack of a new process is aligned as functions want it.
    private static ReadOnlySpan<byte> Aligned => [0x00, 0x00, 0x1F, 0xD6];
#else
    // mov rax,rdi; mov rdi,rsi; mov rsi,rdx; mov rdx,rcx; mov r10,r8; mov r8,r9; syscall; ret
    private static ReadOnlySpan<byte> SystemCall =>
    [
        0x48, 0x89, 0xF8, 0x48, 0x89, 0xF7, 0x48, 0x89, 0xD6, 0x48, 0x89, 0xCA, 0x4D, 0x89, 0xC2, 0x4D, 0x89, 0xC8, 0x0F, 0x05, 0xC3,
    ];

    // and rsp,-16; call rdi: the kernel enters with an aligned stack, functions want one that a call has pushed on.
    private static ReadOnlySpan<byte> Aligned => [0x48, 0x83, 0xE4, 0xF0, 0xFF, 0xD7];
#endif

    /// <summary>The kernel's answer: a result, or -errno. Not inlined, for the program's size.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0) =>
        ((delegate* unmanaged<nint, nint, nint, nint, nint, nint, nint>)SystemCall.Start)(number, a, b, c, d, e);

    /// <summary>Goes on in <paramref name="target"/>, which never returns, on an aligned stack.</summary>
    public static void Enter(void* target) =>
        ((delegate* unmanaged<void*, void>)Aligned.Start)(target);
}
