using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Tripod.Store;

/// <summary>
/// Looks over one database file of either store, as it lies on the disk, and saves from a damaged one what can still be
/// read. <c>tripod check</c> asks it; the stores themselves are not open then.
/// </summary>
public static class DatabaseCheck
{
    /// <returns>What SQLite finds wrong with the file (PRAGMA integrity_check); nothing where it is sound or not there.</returns>
    public static IReadOnlyList<string> Faults(string path)
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadOnly);
            var lines = Lines(connection, "PRAGMA integrity_check(20)");
            return lines is ["ok"] ? [] : lines;
        }
        catch (SqliteException failure)
        {
            return [failure.Message];
        }
    }

    /// <summary>All API objects that can be read.</summary>
    public static IReadOnlyList<(string Key, long Revision, byte[] Document)> Objects(string path) =>
        Read(path, "SELECT key, revision, document FROM objects", row => (row.GetString(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)));

    /// <summary>All of the runtime's records that can be read.</summary>
    public static IReadOnlyList<(string Collection, string Id, byte[] Value)> Records(string path) =>
        Read(path, "SELECT collection, id, value FROM records", row => (row.GetString(0), row.GetString(1), row.GetFieldValue<byte[]>(2)));

    public static void DeleteObject(string path, string key) => Change(path, "DELETE FROM objects WHERE key = $a", key);

    public static void DeleteRecord(string path, string collection, string id) => Change(path, "DELETE FROM records WHERE collection = $a AND id = $b", collection, id);

    /// <summary>Puts a new file in the place of a damaged one, with all rows that can be read from either end of each table. The old one is kept beside it.</summary>
    /// <returns>Where the old one is kept.</returns>
    /// <exception cref="SqliteException">Not even its tables can be told.</exception>
    public static string Salvage(string path, DateTimeOffset now)
    {
        var made = $"{path}.salvage";
        File.Delete(made);
        using (var from = Open(path, SqliteOpenMode.ReadOnly))
        using (var to = Open(made, SqliteOpenMode.ReadWriteCreate))
        {
            foreach (var sql in Lines(from, "SELECT sql FROM sqlite_master WHERE type = 'table'"))
            {
                Execute(to, sql);
            }

            foreach (var table in Lines(to, "SELECT name FROM sqlite_master WHERE type = 'table'"))
            {
                Copy(from, to, table);
            }

            Execute(to, $"PRAGMA user_version={Lines(from, "PRAGMA user_version")[0]}");
        }

        var kept = $"{path}.damaged-{now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        foreach (var part in (string[])["", "-wal", "-shm"])
        {
            if (File.Exists(path + part))
            {
                File.Move(path + part, kept + part, overwrite: true);
            }
        }

        File.Move(made, path);
        return kept;
    }

    private static void Copy(SqliteConnection from, SqliteConnection to, string table)
    {
        var columns = Lines(to, $"SELECT name FROM pragma_table_info('{table}')");
        var key = string.Join(", ", Lines(to, $"SELECT name FROM pragma_table_info('{table}') WHERE pk > 0 ORDER BY pk"));
        using var transaction = to.BeginTransaction();
        using var put = to.CreateCommand();
        put.CommandText = $"INSERT OR IGNORE INTO {table} VALUES ({string.Join(", ", columns.Select(column => $"${column}"))})";
        foreach (var direction in (string[])["ASC", "DESC"])
        {
            try
            {
                using var all = from.CreateCommand();
                all.CommandText = $"SELECT * FROM {table} ORDER BY {string.Join(", ", key.Split(", ").Select(column => $"{column} {direction}"))}";
                using var rows = all.ExecuteReader();
                while (rows.Read())
                {
                    put.Parameters.Clear();
                    for (var column = 0; column < columns.Count; column++)
                    {
                        put.Parameters.AddWithValue($"${columns[column]}", rows.GetValue(column));
                    }

                    put.ExecuteNonQuery();
                }

                break;
            }
            catch (SqliteException)
            {
                // What lies beyond the damage is read from the other end.
            }
        }

        transaction.Commit();
    }

    private static List<T> Read<T>(string path, string sql, Func<SqliteDataReader, T> row)
    {
        var found = new List<T>();
        if (!File.Exists(path))
        {
            return found;
        }

        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadOnly);
            using var all = connection.CreateCommand();
            all.CommandText = sql;
            using var rows = all.ExecuteReader();
            while (rows.Read())
            {
                found.Add(row(rows));
            }
        }
        catch (SqliteException)
        {
            // Said by Faults: here counts what can be read.
        }

        return found;
    }

    private static void Change(string path, string sql, params string[] values)
    {
        using var connection = Open(path, SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters.AddWithValue($"${(char)('a' + i)}", values[i]);
        }

        command.ExecuteNonQuery();
    }

    private static List<string> Lines(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read())
        {
            lines.Add(rows.GetString(0));
        }

        return lines;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }
}
