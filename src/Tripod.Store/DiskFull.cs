using Microsoft.Data.Sqlite;

namespace Tripod.Store;

/// <summary>Whether a write failed for want of room, as SQLite or .NET say it.</summary>
public static class DiskFull
{
    // SQLite's result codes: SQLITE_FULL; of SQLITE_IOERR those by which a log that cannot grow is told (_WRITE, _SHMSIZE).
    private const int Full = 13, CannotWrite = 778, CannotGrow = 4874;

    /// <summary>errno ENOSPC and EDQUOT, which .NET keeps in an IOException's HResult.</summary>
    private const int NoSpace = 28, OverQuota = 122;

    public static bool Is(Exception? failure) => failure switch
    {
        null => false,
        SqliteException { SqliteErrorCode: Full } or SqliteException { SqliteExtendedErrorCode: CannotWrite or CannotGrow } => true,
        IOException { HResult: NoSpace or OverQuota } => true,
        _ => Is(failure.InnerException),
    };
}
