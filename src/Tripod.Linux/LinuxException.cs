using System.Runtime.InteropServices;

namespace Tripod.Linux;

/// <summary>
/// A system call that failed: which one, on what, and the errno (errno(3)).
/// </summary>
public sealed class LinuxException : IOException
{
    public LinuxException(string operation, string? subject, int errno)
        : base($"{operation}{(subject is null ? "" : $" {subject}")}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
    }

    /// <summary>The call as its man page names it, for example <c>mount</c>.</summary>
    public string Operation { get; }

    /// <summary>The path, pid or name that it was about.</summary>
    public string? Subject { get; }

    public int Errno { get; }

    /// <summary>Throws for a result of -1, with the errno that the call left behind.</summary>
    public static int Check(int result, string operation, string? subject = null) =>
        result != -1 ? result : throw new LinuxException(operation, subject, Marshal.GetLastPInvokeError());

    /// <inheritdoc cref="Check(int,string,string)"/>
    public static nint Check(nint result, string operation, string? subject = null) =>
        result != -1 ? result : throw new LinuxException(operation, subject, Marshal.GetLastPInvokeError());
}

/// <summary>The few errno values that callers tell apart (errno(3), the same on every architecture .NET runs on).</summary>
public static class Errno
{
    public const int EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EBADF = 9, EAGAIN = 11, EACCES = 13, EBUSY = 16, EEXIST = 17,
        ENODEV = 19, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENOSPC = 28, EROFS = 30, ELOOP = 40, ENOSYS = 38, ENODATA = 61,
        EXDEV = 18, EPROTONOSUPPORT = 93, EOPNOTSUPP = 95, EADDRINUSE = 98, EADDRNOTAVAIL = 99, ENOTEMPTY = 39, ETIMEDOUT = 110, ECHILD = 10;
}
