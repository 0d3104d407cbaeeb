using System.Globalization;
using Tripod.IntegrationTests.Fixtures;
using Xunit;

namespace Tripod.IntegrationTests.DockerDoor;

/// <summary>The rarer flags of <c>docker run</c>, seen from within the container.</summary>
public sealed class RunOptionTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    private readonly Engine engine = shared.Engine;

    [Fact]
    public async Task Linked_container_is_known_by_another_name_wherever_it_is()
    {
        await engine.Docker("run", "-d", "--name", "db", "-e", "KIND=rows", "-p", "5432", "busybox", "sleep", "1000");
        await engine.Docker("run", "-d", "--name", "asker", "--link", "db:database", "busybox", "sleep", "1000");
        async Task<string> Address(string name) => (await engine.Docker("inspect", name, "--format", "{{.NetworkSettings.IPAddress}}")).Trim();
        Assert.Contains($"{await Address("db")}\tdatabase ", await engine.Docker("exec", "asker", "cat", "/etc/hosts"), StringComparison.Ordinal);
        var environment = await engine.Docker("exec", "asker", "env");
        Assert.Contains($"DATABASE_PORT_5432_TCP=tcp://{await Address("db")}:5432\n", environment, StringComparison.Ordinal);
        Assert.Contains("DATABASE_ENV_KIND=rows\n", environment, StringComparison.Ordinal);
        Assert.Equal("[\"/db:/asker/database\"]\n", await engine.Docker("inspect", "asker", "--format", "{{json .HostConfig.Links}}"));

        // It comes back with another address, as somebody has taken its own.
        await engine.Docker("stop", "-t", "0", "db");
        await engine.Docker("run", "-d", "--name", "thief", "busybox", "sleep", "1000");
        await engine.Docker("start", "db");
        Assert.Contains($"{await Address("db")}\tdatabase ", await engine.Docker("exec", "asker", "cat", "/etc/hosts"), StringComparison.Ordinal);
        await engine.Docker("stop", "-t", "0", "db");
        Assert.Contains("Cannot link to a non running container: /db AS /late/database", (await engine.TryDocker("run", "--name", "late", "--link", "db:database", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("could not get container for nobody", (await engine.TryDocker("run", "--link", "nobody", "busybox")).Error, StringComparison.Ordinal);
        await engine.Docker("rm", "-f", "db", "asker", "thief", "late");
    }

    [Fact]
    public async Task Volumes_of_another_container_are_mounted_too()
    {
        var shared = Directory.CreateDirectory(Path.Combine(engine.Root, "shared")).FullName;
        await File.WriteAllTextAsync(Path.Combine(shared, "note"), "of the host\n");
        await engine.Docker("run", "--name", "owner", "-v", "/data", "-v", $"{shared}:/shared:ro", "busybox", "sh", "-c", "echo of the volume > /data/note");
        Assert.Equal("of the volume\nof the host\n", await engine.Docker("run", "--rm", "--volumes-from", "owner", "busybox", "cat", "/data/note", "/shared/note"));
        Assert.Contains("Read-only file system", (await engine.TryDocker("run", "--rm", "--volumes-from", "owner", "busybox", "touch", "/shared/new")).Error, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", (await engine.TryDocker("run", "--rm", "--volumes-from", "owner:ro", "busybox", "touch", "/data/new")).Error, StringComparison.Ordinal);
        await engine.Docker("run", "--name", "heir", "--volumes-from", "owner", "busybox");
        await engine.Docker("rm", "-v", "owner");
        Assert.Equal("of the volume\n", await engine.Docker("run", "--rm", "--volumes-from", "heir", "busybox", "cat", "/data/note"));
        await engine.Docker("rm", "-v", "heir");
        Assert.Equal("", await engine.Docker("volume", "ls", "-q"));
    }

    [Fact]
    public async Task Limits_beyond_the_usual_reach_the_kernel()
    {
        var disk = (await Command.Run("lsblk", "-dnpo", "NAME,TYPE")).Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).First(fields => fields is [_, "disk"])[0];
        await engine.Docker("run", "-d", "--name", "bounded", "--memory", "64m", "--memory-reservation", "32m", "--device-read-bps", $"{disk}:1mb", "--device-cgroup-rule", "c 42:* rmw", "busybox", "sleep", "1000");
        var unified = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        Assert.Equal("33554432\n", await engine.Docker("exec", "bounded", "cat", unified ? "/sys/fs/cgroup/memory.low" : "/sys/fs/cgroup/memory/memory.soft_limit_in_bytes"));
        Assert.Contains("1048576", await engine.Docker("exec", "bounded", "cat", unified ? "/sys/fs/cgroup/io.max" : "/sys/fs/cgroup/blkio/blkio.throttle.read_bps_device"), StringComparison.Ordinal);
        await engine.Docker("exec", "bounded", "mknod", "/tmp/odd", "c", "42", "7");
        Assert.Contains("No such device", (await engine.TryDocker("exec", "bounded", "cat", "/tmp/odd")).Error, StringComparison.Ordinal);
        await engine.Docker("exec", "bounded", "mknod", "/tmp/other", "c", "43", "7");
        Assert.Contains("Operation not permitted", (await engine.TryDocker("exec", "bounded", "cat", "/tmp/other")).Error, StringComparison.Ordinal);
        await engine.Docker("rm", "-f", "bounded");
        Assert.Contains("Minimum memory limit can not be less than memory reservation limit", (await engine.TryDocker("create", "--memory", "32m", "--memory-reservation", "64m", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("is no block device", (await engine.TryDocker("create", "--device-read-bps", "/dev/null:1mb", "busybox")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_and_privileges_are_given_only_where_asked_for()
    {
        const string Probe = "dd if=/dev/handed bs=1 count=1 2>/dev/null | wc -c";
        Assert.Equal("1\n", await engine.Docker("run", "--rm", "--device", "/dev/zero:/dev/handed:r", "busybox", "sh", "-c", Probe));
        Assert.Equal("0\n", await engine.Docker("run", "--rm", "busybox", "sh", "-c", Probe));
        Assert.Contains("error gathering device information", (await engine.TryDocker("run", "--rm", "--device", "/dev/nothing", "busybox")).Error, StringComparison.Ordinal);

        const string Mount = "mkdir /mnt; mount -t tmpfs none /mnt && echo mounted; ls /dev/kmsg; grep -c . /proc/self/status; grep Seccomp: /proc/self/status";
        Assert.Contains("mounted\n/dev/kmsg\n", await engine.Docker("run", "--rm", "--privileged", "busybox", "sh", "-c", Mount), StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", (await engine.TryDocker("run", "--rm", "busybox", "sh", "-c", Mount)).Output, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t0", await engine.Docker("run", "--rm", "--security-opt", "seccomp=unconfined", "busybox", "sh", "-c", "grep Seccomp: /proc/self/status"), StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", await engine.Docker("run", "--rm", "--security-opt", "no-new-privileges", "busybox", "grep", "NoNewPrivs", "/proc/self/status"), StringComparison.Ordinal);
        var profile = Path.Combine(engine.Root, "profile.json");
        await File.WriteAllTextAsync(profile, """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}""");
        Assert.Contains("Operation not permitted", (await engine.TryDocker("run", "--rm", "--security-opt", $"seccomp={profile}", "busybox", "mkdir", "/new")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Place_in_the_tree_signal_and_memory_file_systems_are_as_asked_for()
    {
        await engine.Docker("run", "-d", "--name", "placed", "--cgroup-parent", $"/{engine.Name}/own", "--stop-signal", "USR1", "--mount", "type=tmpfs,destination=/scratch,tmpfs-size=1m,tmpfs-mode=0700", "busybox",
            "sh", "-c", "trap 'echo own; exit 3' USR1; trap 'echo usr2; exit 4' USR2; echo ready; while :; do sleep 0.05; done");
        Assert.Contains($"/{engine.Name}/own/", await engine.Docker("run", "--rm", "--pid", "container:placed", "--cgroupns", "host", "busybox", "cat", "/proc/1/cgroup"), StringComparison.Ordinal);
        Assert.Matches("tmpfs .* 1024 ", await engine.Docker("exec", "placed", "df", "-k", "/scratch"));
        Assert.StartsWith("drwx------", await engine.Docker("exec", "placed", "ls", "-ld", "/scratch"), StringComparison.Ordinal);
        await Engine.Eventually(async () => await engine.Docker("logs", "placed") == "ready\n", "its traps are set", TimeSpan.FromSeconds(5));
        await engine.Docker("stop", "placed");
        Assert.Equal("3\n", await engine.Docker("inspect", "placed", "--format", "{{.State.ExitCode}}"));
        await engine.Docker("start", "placed");
        await Engine.Eventually(async () => await engine.Docker("logs", "placed") == "ready\nown\nready\n", "its traps are set again", TimeSpan.FromSeconds(5));
        await engine.Docker("stop", "--signal", "USR2", "placed");
        Assert.Equal("ready\nown\nready\nusr2\n", await engine.Docker("logs", "placed"));
        await engine.Docker("rm", "placed");
    }

    [Fact]
    public async Task Log_is_kept_below_its_limits()
    {
        await engine.Docker("run", "-d", "--name", "talker", "--log-opt", "max-size=64k", "--log-opt", "max-file=3", "busybox", "sh", "-c", "i=0; while :; do i=$((i+1)); echo line $i of many that are written one after the other; done");
        var log = Path.GetDirectoryName((await engine.Docker("inspect", "talker", "--format", "{{.LogPath}}")).Trim())!;
        await Engine.Eventually(() => Task.FromResult(Directory.GetFiles(log).Length >= 3), "the log has been put aside twice", TimeSpan.FromSeconds(30));
        await engine.Docker("stop", "-t", "0", "talker");
        await Engine.Eventually(() => Task.FromResult(Directory.GetFiles(log).Length <= 3), "the last one is compressed and the oldest gone", TimeSpan.FromSeconds(5));
        var numbers = (await engine.Docker("logs", "talker")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
        await engine.Docker("rm", "talker");

        await engine.Docker("run", "--name", "silent", "--log-driver", "none", "busybox", "echo", "unheard");
        Assert.Contains("configured logging driver does not support reading", (await engine.TryDocker("logs", "silent")).Error, StringComparison.Ordinal);
        await engine.Docker("rm", "silent");
        Assert.Contains("no log driver named 'syslog'", (await engine.TryDocker("create", "--log-driver", "syslog", "busybox")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_this_machine_has_not_is_refused_in_dockers_words()
    {
        Assert.Contains("could not select device driver \"\" with capabilities: [[gpu]]", (await engine.TryDocker("create", "--gpus", "all", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("--storage-opt is supported only for overlay over xfs with 'pquota' mount option", (await engine.TryDocker("create", "--storage-opt", "size=1G", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("--userns: invalid USER mode", (await engine.TryDocker("create", "--userns", "private", "busybox")).Error, StringComparison.Ordinal);
        Assert.Contains("unknown or invalid runtime name: odd", (await engine.TryDocker("run", "--rm", "--runtime", "odd", "busybox")).Error, StringComparison.Ordinal);
        Assert.Equal("", await engine.Docker("ps", "-aq"));
    }
}
