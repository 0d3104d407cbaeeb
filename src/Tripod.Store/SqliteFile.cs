using Microsoft.Data.Sqlite;

namespace Tripod.Store;

/// <summary>
/// Opens one database file the way both stores want it: write-ahead log, so that a killed process loses no commit and
/// readers never wait. A commit reaches the disk itself at the next checkpoint; see docs/decisions/0002.
/// </summary>
internal static class SqliteFile
{
    public static SqliteConnection Open(string path, string schema)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // The first has effect where the file is new alone. A log that a burst of writes made long is cut again.
            Execute(connection, $"PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; PRAGMA journal_size_limit={MostLogBytes};");
            CheckVersion(connection, path);
            Execute(connection, schema);
            Execute(connection, $"PRAGMA user_version={Version};");
            MakeShrinkable(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private const int Version = 1;
    private const int MostLogBytes = 4 << 20, Incremental = 2, PagesAtOnce = 1000;

    /// <summary>Gives pages that nothing needs any more back to the file system: a few thousand at most, so that writers hardly wait.</summary>
    public static void Shrink(SqliteConnection connection)
    {
        var (free, all) = (Number(connection, "PRAGMA freelist_count"), Number(connection, "PRAGMA page_count"));
        if (free > Math.Max(PagesAtOnce / 4, all / 4))
        {
            using var transaction = connection.BeginTransaction();
            using var command = connection.CreateCommand();
            command.Transaction = transaction;

            // One at a time: the statement has a step for each page and no column, after whose first the library takes it for done.
            command.CommandText = "PRAGMA incremental_vacuum(1)";
            for (var page = 0; page < Math.Min(free, PagesAtOnce); page++)
            {
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    /// <summary>A file of a former version is written anew, once; where there is no room for that it stays as it is.</summary>
    private static void MakeShrinkable(SqliteConnection connection)
    {
        try
        {
            if (Number(connection, "PRAGMA auto_vacuum") != Incremental)
            {
                Execute(connection, "PRAGMA auto_vacuum=INCREMENTAL; VACUUM;");
            }
        }
        catch (SqliteException failure) when (DiskFull.Is(failure))
        {
            // The next start does it.
        }
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static void CheckVersion(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version;";
        var found = (long)command.ExecuteScalar()!;
        if (found > Version)
        {
            throw new InvalidOperationException(
                $"open store {path}: it was written by a newer tripod (store version {found}, this one knows {Version}): install that version again, or name another --root");
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
