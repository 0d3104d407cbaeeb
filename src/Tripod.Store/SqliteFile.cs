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
            var version = Version(connection);
            if (version > steps.Count)
            {
                throw new InvalidOperationException(
                    $"open store {path}: it was written by a newer tripod (store version {version}, this one knows {steps.Count}): install that version again, or name another --root");
            }

            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;");
            foreach (var (number, step) in steps.Select((step, index) => (index + 1, step)).Skip((int)version))
            {
                Take(connection, path, number, step);
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
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

    private static long Version(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version;";
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        command.ExecuteNonQuery();
    }
}
