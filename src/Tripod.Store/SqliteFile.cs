using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Tripod.Store;

/// <summary>
/// Opens one database file the way both stores want it: write-ahead log, so that a killed process loses no commit and
/// readers never wait. A commit reaches the disk itself at the next checkpoint; see docs/decisions/0002.
/// </summary>
internal static class SqliteFile
{
    /// <param name="path">Made where it is missing.</param>
    /// <param name="steps">What leads from each version to the next, beginning with an empty file; the file bears the number of those that it has had (PRAGMA user_version).</param>
    /// <exception cref="InvalidOperationException">A newer tripod wrote it; nothing in it is changed.</exception>
    public static SqliteConnection Open(string path, params IReadOnlyList<string> steps)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var version = Number(connection, "PRAGMA user_version");
            if (version > steps.Count)
            {
                throw new InvalidOperationException(
                    $"open store {path}: it was written by a newer tripod (store version {version}, this one knows {steps.Count}): install that version again, or name another --root");
            }

            // The first has effect where the file is new alone. A log that a burst of writes made long is cut again.
            Execute(connection, $"PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000; PRAGMA journal_size_limit={MostLogBytes};");
            foreach (var (number, step) in steps.Select((step, index) => (index + 1, step)).Skip((int)version))
            {
                Take(connection, path, number, step);
            }

            MakeShrinkable(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

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

    /// <summary>A step is taken whole or not at all: an engine that is killed in the middle leaves the version before.</summary>
    private static void Take(SqliteConnection connection, string path, int version, string step)
    {
        try
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, step, transaction);
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={version};"), transaction);
            transaction.Commit();
        }
        catch (SqliteException failure)
        {
            throw new InvalidOperationException($"open store {path}: it cannot be brought from version {version - 1} to {version}, and is as it was: {failure.Message}", failure);
        }
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        command.ExecuteNonQuery();
    }
}
