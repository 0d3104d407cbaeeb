using Microsoft.Data.Sqlite;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.Store;

public sealed class StoreVersionTests : IDisposable
{
    private const string First = "CREATE TABLE IF NOT EXISTS things (name TEXT)", Second = "ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 7";

    private readonly string folder = Directory.CreateTempSubdirectory("tripod-store-").FullName;

    private string File => Path.Combine(folder, "store.db");

    [Fact]
    public void Store_of_the_previous_version_is_migrated_with_what_it_holds()
    {
        using (var old = SqliteFile.Open(File, First))
        {
            Do(old, "INSERT INTO things VALUES ('one')");
        }

        using var store = SqliteFile.Open(File, First, Second);
        Assert.Equal(("one", 7L, 2L), (Ask(store, "SELECT name FROM things"), Ask(store, "SELECT size FROM things"), Ask(store, "PRAGMA user_version")));
    }

    [Fact]
    public void Store_from_before_versions_were_written_down_is_taken_for_the_first()
    {
        using (var old = SqliteFile.Open(File, First))
        {
            Do(old, "INSERT INTO things VALUES ('one'); PRAGMA user_version=0");
        }

        using var store = SqliteFile.Open(File, First, Second);
        Assert.Equal(("one", 7L), (Ask(store, "SELECT name FROM things"), Ask(store, "SELECT size FROM things")));
    }

    [Fact]
    public void Migration_that_fails_leaves_the_store_as_it_was()
    {
        SqliteFile.Open(File, First).Dispose();
        var failure = Assert.Throws<InvalidOperationException>(() => SqliteFile.Open(File, First, $"{Second}; INSERT INTO nowhere VALUES (1)"));
        Assert.Contains("cannot be brought from version 1 to 2, and is as it was", failure.Message, StringComparison.Ordinal);
        using var store = SqliteFile.Open(File, First);
        Assert.Equal((0L, 1L), (Ask(store, "SELECT count(*) FROM pragma_table_info('things') WHERE name = 'size'"), Ask(store, "PRAGMA user_version")));
    }

    [Fact]
    public void Newer_store_is_refused_with_both_versions_and_the_way_out_and_left_as_it_is()
    {
        SqliteFile.Open(File, First, Second).Dispose();
        var before = System.IO.File.ReadAllBytes(File);
        var failure = Assert.Throws<InvalidOperationException>(() => SqliteFile.Open(File, First));
        Assert.Contains("store version 2, this one knows 1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("install that version again, or name another --root", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public void Both_stores_bear_a_version()
    {
        ObjectStore.Open(File).Dispose();
        RecordStore.Open(Path.Combine(folder, "records.db")).Dispose();
        foreach (var file in Directory.GetFiles(folder, "*.db"))
        {
            using var store = new SqliteConnection($"Data Source={file};Pooling=False");
            store.Open();
            Assert.Equal(1L, Ask(store, "PRAGMA user_version"));
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static void Do(SqliteConnection connection, string sql) => _ = Ask(connection, sql);
}
