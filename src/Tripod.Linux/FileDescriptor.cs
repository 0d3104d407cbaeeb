using Microsoft.Win32.SafeHandles;

namespace Tripod.Linux;

/// <summary>An owned file descriptor, closed with its handle (close(2)).</summary>
public sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor()
        : base(ownsHandle: true)
    {
    }

    public FileDescriptor(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The bare number, for a path such as <c>/proc/self/fd/N</c>; valid while this handle is open.</summary>
    public int Number => (int)DangerousGetHandle();

    protected override bool ReleaseHandle() => Libc.close((int)handle) == 0;
}
