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
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;");
            CheckVersion(connection, path);
            Execute(connection, schema);
            Execute(connection, $"PRAGMA user_version={Version};");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private const int Version = 1;

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
