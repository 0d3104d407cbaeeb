using Microsoft.Data.Sqlite;
using Tripod.IntegrationTests.Fixtures;
using Tripod.IntegrationTests.Pods;
using Xunit;

namespace Tripod.IntegrationTests.CommandLine;

/// <summary><c>tripod check</c> finds what is damaged below the engine's root, and mends it without touching what is a user's own.</summary>
public sealed class CheckTests
{
    [Fact]
    public async Task Damaged_state_is_told_and_mended_and_the_engine_goes_on_with_it()
    {
        await using var engine = await Engine.Start();
        var state = Path.Combine(engine.Root, "state");
        await engine.Registry.Push(await TestImages.Large(megabytes: 4), "library/other:latest");
        await engine.Apply(Manifests.Script("before", "sleep 1000", container: "volumeMounts: [ { name: data, mountPath: /data } ]", pod: "volumes: [ { name: data, persistentVolumeClaim: { claimName: data } } ]"));
        await engine.Apply("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: data }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }\n");
        await engine.Kubectl("create", "configmap", "words", "--from-literal=a=b");
        await engine.Docker("pull", "-q", "other");
        await engine.Docker("volume", "create", "kept");
        await engine.WaitReady("before");
        await engine.Docker("tag", "busybox", "again:1");

        // 1. While the engine runs it is looked at, and not mended.
        Assert.Equal((0, "is sound"), await Check(engine, "is sound"));
        var refused = await Command.Try(Engine.TripodProgram, "check", "--repair", "--run", engine.Run, "--root", state);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("an engine runs in", refused.Error, StringComparison.Ordinal);

        // 2. Damage of every kind.
        await Command.Run(Engine.TripodProgram, "down", "--run", engine.Run, "--root", state, "--name", engine.Name);
        var layer = Directory.EnumerateFiles(Path.Combine(state, "images/layers"), "busybox", SearchOption.AllDirectories).First(path => path.EndsWith("bin/busybox", StringComparison.Ordinal));
        await File.WriteAllTextAsync(layer, "not what it was");
        var largest = new DirectoryInfo(Path.Combine(state, "images/blobs/sha256")).EnumerateFiles().MaxBy(file => file.Length)!;
        await File.AppendAllTextAsync(largest.FullName, "x");
        Execute(Path.Combine(state, "store.db"), "UPDATE objects SET document = CAST('{\"kind\":' AS BLOB) WHERE key = '/registry/configmaps/default/words'");
        Execute(Path.Combine(state, "runtime.db"), "UPDATE records SET value = CAST('sha256:00' AS BLOB) WHERE collection = 'image-names' AND id LIKE '%again%'");
        Directory.Delete(Path.Combine(state, "volumes/kept"), recursive: true);

        var (code, told) = await Check(engine, "");
        Assert.Equal(2, code);
        Assert.Contains("bin/busybox has other content: --repair unpacks it again", told, StringComparison.Ordinal);
        Assert.Contains($"blob sha256:{largest.Name} has other content than its digest says: --repair forgets the image", told, StringComparison.Ordinal);
        Assert.Contains("object configmaps/default/words cannot be read", told, StringComparison.Ordinal);
        Assert.Contains("record image-names/docker.io/library/again:1 stands for image sha256:00, which is not there", told, StringComparison.Ordinal);
        Assert.Contains("volume kept: its directory", told, StringComparison.Ordinal);

        // 3. Mended, but for the volume, which is the user's.
        (code, told) = await Check(engine, "", "--repair");
        Assert.Equal(2, code);
        Assert.True(told.Contains("5 damaged, 4 mended", StringComparison.Ordinal), told);
        Assert.Equal("{\"kind\":", await File.ReadAllTextAsync(Path.Combine(state, "damaged/registry.configmaps.default.words.json")));
        Directory.CreateDirectory(Path.Combine(state, "volumes/kept"));
        Assert.Equal((0, "is sound"), await Check(engine, "is sound"));

        await engine.Launch();
        await engine.WaitReady("before");
        Assert.DoesNotContain("other", await engine.Docker("images", "--format", "{{.Repository}}"), StringComparison.Ordinal);
        await engine.Docker("pull", "-q", "other");
        Assert.Equal(1, (await engine.TryKubectl("get", "configmap", "words")).ExitCode);
    }

    private static async Task<(int Code, string Told)> Check(Engine engine, string expected, params string[] more)
    {
        var done = await Command.Try([Engine.TripodProgram, "check", "--run", engine.Run, "--root", Path.Combine(engine.Root, "state"), .. more]);
        return (done.ExitCode, expected.Length > 0 && done.Output.Contains(expected, StringComparison.Ordinal) ? expected : done.Output + done.Error);
    }

    private static void Execute(string database, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
