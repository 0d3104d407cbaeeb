using Microsoft.Data.Sqlite;

namespace Tripod.Store;

/// <summary>
/// The runtime's own records (sandboxes, containers, images …) by collection and id: durable, without revisions or watch,
/// apart from the API objects but in the same kind of file. Safe for several threads.
/// </summary>
public sealed class RecordStore : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS records (
          collection TEXT NOT NULL, id TEXT NOT NULL, value BLOB NOT NULL,
          PRIMARY KEY (collection, id)) WITHOUT ROWID;
        """;

    private readonly Lock gate = new();
    private readonly SqliteConnection connection;
    private readonly SqliteCommand get, list, put, delete;

    private RecordStore(SqliteConnection connection)
    {
        this.connection = connection;
        get = Prepare("SELECT value FROM records WHERE collection = $collection AND id = $id");
        list = Prepare("SELECT id, value FROM records WHERE collection = $collection ORDER BY id");
        put = Prepare("INSERT INTO records VALUES ($collection, $id, $value) ON CONFLICT DO UPDATE SET value = excluded.value");
        delete = Prepare("DELETE FROM records WHERE collection = $collection AND id = $id");
    }

    public static RecordStore Open(string databasePath) => new(SqliteFile.Open(databasePath, Schema));

    public byte[]? Get(string collection, string id)
    {
        lock (gate)
        {
            Bind(get, collection, id);
            return (byte[]?)get.ExecuteScalar();
        }
    }

    public IReadOnlyList<KeyValuePair<string, byte[]>> List(string collection)
    {
        lock (gate)
        {
            Bind(list, collection);
            using var rows = list.ExecuteReader();
            var found = new List<KeyValuePair<string, byte[]>>();
            while (rows.Read())
            {
                found.Add(new(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
            }

            return found;
        }
    }

    /// <summary>Committed when it returns: it survives the death of this process.</summary>
    public void Put(string collection, string id, ReadOnlySpan<byte> value)
    {
        lock (gate)
        {
            Bind(put, collection, id, value.ToArray());
            put.ExecuteNonQuery();
        }
    }

    public bool Delete(string collection, string id)
    {
        lock (gate)
        {
            Bind(delete, collection, id);
            return delete.ExecuteNonQuery() > 0;
        }
    }

    /// <inheritdoc cref="ObjectStore.Shrink"/>
    public void Shrink()
    {
        lock (gate)
        {
            SqliteFile.Shrink(connection);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var command in (SqliteCommand[])[get, list, put, delete])
            {
                command.Dispose();
            }

            connection.Dispose();
        }
    }

    private SqliteCommand Prepare(string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Bind(SqliteCommand command, string collection, string? id = null, byte[]? value = null)
    {
        command.Parameters.Clear();
        command.Parameters.AddWithValue("$collection", collection);
        if (id is not null)
        {
            command.Parameters.AddWithValue("$id", id);
        }

        if (value is not null)
        {
            command.Parameters.AddWithValue("$value", value);
        }
    }
}
