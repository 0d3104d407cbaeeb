namespace Tripod.Linux.Events;

/// <summary>What to be told of (inotify(7)).</summary>
[Flags]
public enum FileChanges : uint
{
    Modified = 0x2,
    ClosedAfterWrite = 0x8,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Created = 0x100,
    Deleted = 0x200,
    SelfDeleted = 0x400,
    SelfMoved = 0x800,

    /// <summary>The queue ran over: look at everything again.</summary>
    Overflow = 0x4000,
}
