using Microsoft.Data.Sqlite;

namespace Tripod.Store;

/// <summary>The durable half of <see cref="ObjectStore"/>: one row per object and the newest revision, written together.</summary>
internal sealed class ObjectTable : IDisposable
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS objects (key TEXT PRIMARY KEY, revision INTEGER NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
        INSERT OR IGNORE INTO head VALUES (1, 1);
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand put, delete, head;

    private ObjectTable(SqliteConnection connection)
    {
        this.connection = connection;
        put = Prepare("INSERT INTO objects VALUES ($key, $revision, $document) ON CONFLICT DO UPDATE SET revision = excluded.revision, document = excluded.document", "$key", "$revision", "$document");
        delete = Prepare("DELETE FROM objects WHERE key = $key", "$key");
        head = Prepare("UPDATE head SET revision = $revision", "$revision");
    }

    public static ObjectTable Open(string path) => new(SqliteFile.Open(path, Schema));

    public (List<StoredObject> Objects, long Revision) Load()
    {
        var objects = new List<StoredObject>();
        using (var all = Prepare("SELECT key, revision, document FROM objects"))
        using (var rows = all.ExecuteReader())
        {
            while (rows.Read())
            {
                objects.Add(new StoredObject(rows.GetString(0), rows.GetInt64(1), rows.GetFieldValue<byte[]>(2)));
            }
        }

        using var newest = Prepare("SELECT revision FROM head");
        return (objects, (long)newest.ExecuteScalar()!);
    }

    public void Put(StoredObject stored) => Commit(stored.Revision, transaction =>
    {
        put.Transaction = transaction;
        put.Parameters[0].Value = stored.Key;
        put.Parameters[1].Value = stored.Revision;
        put.Parameters[2].Value = stored.Document.ToArray();
        put.ExecuteNonQuery();
    });

    public void Delete(string key, long revision) => Commit(revision, transaction =>
    {
        delete.Transaction = transaction;
        delete.Parameters[0].Value = key;
        delete.ExecuteNonQuery();
    });

    public void Shrink() => SqliteFile.Shrink(connection);

    public void Dispose()
    {
        put.Dispose();
        delete.Dispose();
        head.Dispose();
        connection.Dispose();
    }

    private void Commit(long revision, Action<SqliteTransaction> write)
    {
        using var transaction = connection.BeginTransaction();
        write(transaction);
        head.Transaction = transaction;
        head.Parameters[0].Value = revision;
        head.ExecuteNonQuery();
        transaction.Commit();
    }

    private SqliteCommand Prepare(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter(name, null));
        }

        return command;
    }
}
