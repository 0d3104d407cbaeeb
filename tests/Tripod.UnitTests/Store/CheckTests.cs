using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tripod.Store;
using Xunit;

namespace Tripod.UnitTests.Store;

public sealed class CheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private string Database => Path.Combine(folder, "store.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Sound_file_has_no_faults_and_a_missing_one_neither()
    {
        Fill(10);
        Assert.Empty(DatabaseCheck.Faults(Database));
        Assert.Empty(DatabaseCheck.Faults(Path.Combine(folder, "none.db")));
    }

    [Fact]
    public void Damaged_file_is_told_and_what_can_be_read_is_saved()
    {
        Fill(400);
        // A leaf in the middle of the table is overwritten (https://sqlite.org/fileformat.html: the first byte of a page is its kind).
        const int page = 4096, leaf = 10;
        var bytes = File.ReadAllBytes(Database);
        var middle = Enumerable.Range(bytes.Length / page / 2, bytes.Length / page / 2).First(number => bytes[number * page] == leaf);
        bytes.AsSpan(middle * page, page).Clear();
        File.WriteAllBytes(Database, bytes);

        Assert.NotEmpty(DatabaseCheck.Faults(Database));
        var kept = DatabaseCheck.Salvage(Database, DateTimeOffset.UnixEpoch);
        Assert.True(File.Exists(kept));
        Assert.Empty(DatabaseCheck.Faults(Database));
        using var store = ObjectStore.Open(Database);
        Assert.InRange(store.List("/registry/as/").Objects.Count, 200, 399);
        Assert.Equal(401, store.Revision);
    }

    [Theory]
    [InlineData("""{"kind":"A","metadata":{"name":"b","namespace":"a","uid":"u","resourceVersion":"7"}}""", null)]
    [InlineData("""{"kind":"A","metadata":{"name":"c","namespace":"a","uid":"u","resourceVersion":"7"}}""", "says that it is a/c")]
    [InlineData("""{"kind":"A","metadata":{"name":"b","namespace":"a","uid":"u","resourceVersion":"6"}}""", "says that it is of revision 6, its row 7")]
    [InlineData("""{"kind":"A","metadata":{"name":"b","namespace":"a","resourceVersion":"7"}}""", "has no uid")]
    [InlineData("[]", "is no object with metadata")]
    public void Object_must_be_what_its_key_says(string document, string? fault) =>
        Assert.Equal(fault, ObjectFaults.Find("/registry/as/a/b", 7, Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void Document_that_is_cut_off_cannot_be_read() =>
        Assert.StartsWith("cannot be read: ", ObjectFaults.Find("/registry/as/a/b", 7, "{\"kind\":"u8.ToArray()), StringComparison.Ordinal);

    [Fact]
    public void File_shrinks_after_much_was_deleted()
    {
        Fill(3000);
        using var store = ObjectStore.Open(Database);
        var before = new FileInfo(Database).Length;
        foreach (var stored in store.List("/registry/as/").Objects)
        {
            store.Delete(stored.Key);
        }

        for (var round = 0; round < 20; round++)
        {
            store.Shrink();
        }

        store.Create("/registry/as/a/last", Document("last"));
        Checkpoint();
        Assert.InRange(new FileInfo(Database).Length, 0, before / 2);
        Assert.InRange(new FileInfo($"{Database}-wal").Length, 0, 5 << 20);
    }

    [Fact]
    public void Large_changes_are_remembered_less_long()
    {
        using var store = ObjectStore.Open(Database);
        var begun = store.Create("/registry/as/a/b", Document("b")).Revision;
        for (var turn = 0; turn < 70; turn++)
        {
            store.Update("/registry/as/a/b", document =>
            {
                document["data"] = new string((char)('a' + (turn % 26)), 1 << 20);
                return document;
            });
        }

        Assert.Throws<RevisionTooOldException>(() => store.Watch("/registry/", begun, CancellationToken.None));
        _ = store.Watch("/registry/", store.Revision - 10, CancellationToken.None);
    }

    private void Fill(int objects)
    {
        using var store = ObjectStore.Open(Database);
        for (var number = 0; number < objects; number++)
        {
            store.Create($"/registry/as/a/n{number:d5}", Document($"n{number:d5}"));
        }

        Checkpoint();
    }

    private void Checkpoint()
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        command.ExecuteNonQuery();
    }

    private static JsonObject Document(string name) => new()
    {
        ["kind"] = "A",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "a", ["uid"] = name },
        ["data"] = new string('x', 1000),
    };
}
