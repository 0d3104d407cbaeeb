using System.Globalization;
using Microsoft.Data.Sqlite;
using Tripod.IntegrationTests.Fixtures;

namespace Tripod.IntegrationTests.Host;

/// <summary>Takes from an engine what a boot takes: all its processes, mounts, interfaces and rules, and its run directory.</summary>
internal static class Boot
{
    /// <param name="engine">Killed by it; launched again by the test.</param>
    /// <param name="bootId">The records are made to say that they are of another boot, as they are after a real one.</param>
    public static async Task Simulate(Engine engine, bool bootId = true)
    {
        await engine.Kill();
        foreach (var pid in await Processes(engine))
        {
            Command.Signal(pid, "KILL");
        }

        await Engine.Eventually(async () => (await Processes(engine)).Count == 0, "no process is left", TimeSpan.FromSeconds(20));
        foreach (var point in File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(point => point.StartsWith(engine.Run, StringComparison.Ordinal) || point.StartsWith(engine.Root, StringComparison.Ordinal)).Reverse().ToList())
        {
            await Command.Run("umount", "-l", point);
        }

        Directory.Delete(engine.Run, recursive: true);
        Directory.CreateDirectory(engine.Run);
        await Command.Run("nft", "delete", "table", "ip", engine.Name);
        await Command.Run("ip", "link", "delete", $"{engine.Name}0");
        foreach (var cgroup in Directory.EnumerateDirectories("/sys/fs/cgroup", engine.Name, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).ToList())
        {
            await Command.Run("find", cgroup, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";");
        }

        if (bootId)
        {
            ChangeRecords(engine, json => json.Replace(CurrentBootId(), "00000000-0000-0000-0000-000000000000", StringComparison.Ordinal));
        }
    }

    /// <summary>Rewrites what an engine that is down has written of its containers.</summary>
    public static void ChangeRecords(Engine engine, Func<string, string> change)
    {
        using var store = new SqliteConnection($"Data Source={Path.Combine(engine.Root, "state", "runtime.db")};Pooling=False");
        store.Open();
        var records = new List<(string Id, string Json)>();
        using (var all = store.CreateCommand())
        {
            all.CommandText = "SELECT id, CAST(value AS TEXT) FROM records WHERE collection = 'containers'";
            using var rows = all.ExecuteReader();
            while (rows.Read())
            {
                records.Add((rows.GetString(0), rows.GetString(1)));
            }
        }

        foreach (var (id, json) in records)
        {
            using var put = store.CreateCommand();
            put.CommandText = "UPDATE records SET value = CAST($value AS BLOB) WHERE collection = 'containers' AND id = $id";
            put.Parameters.AddWithValue("$value", change(json));
            put.Parameters.AddWithValue("$id", id);
            put.ExecuteNonQuery();
        }
    }

    public static string CurrentBootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Those in the engine's cgroups, and the monitors beside them.</summary>
    private static async Task<HashSet<int>> Processes(Engine engine)
    {
        var found = (await Command.Run("ps", "-eo", "pid,args")).Split('\n').Where(line => line.Contains(engine.Run, StringComparison.Ordinal)).Select(line => int.Parse(line.Trim().Split(' ')[0], CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories("/sys/fs/cgroup", engine.Name, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "cgroup.procs", SearchOption.AllDirectories))
            {
                found.UnionWith(File.ReadLines(file).Select(line => int.Parse(line, CultureInfo.InvariantCulture)));
            }
        }

        return found;
    }
}
