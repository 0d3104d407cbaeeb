namespace Tripod.Pause;

/// <summary>Numbers of the system calls that pause makes (syscalls(2)).</summary>
internal static class SystemCalls
{
#if ARM64
    public const nint Read = 63, Write = 64, OpenAt = 56, Close = 57, GetPid = 172, Exit = 93, Wait4 = 260, Prctl = 167, SigProcMask = 135, SigTimedWait = 137;
    public const nint Clone = 220, Dup3 = 24, SetResGid = 149, SetResUid = 147;
#else
    public const nint Read = 0, Write = 1, OpenAt = 257, Close = 3, GetPid = 39, Exit = 60, Wait4 = 61, Prctl = 157, SigProcMask = 14, SigTimedWait = 128;
    public const nint Clone = 56, Dup3 = 292, SetResGid = 119, SetResUid = 117;
#endif
}
