namespace Tripod.IntegrationTests.Fixtures;

/// <summary>OCI archives that tests run and push. Made once per cache directory.</summary>
public static class TestImages
{
    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>Debian's static busybox with all its applets, a root and a nobody user, and <c>sh</c> as the command.</summary>
    /// <returns>The path of an OCI archive with the tag <c>latest</c>; not to be changed.</returns>
    public static Task<string> Busybox() => Cached("busybox.oci.tar", async path =>
    {
        await (await BusyboxBuilder()).WriteOciArchive(path);
    });

    /// <summary>Busybox with a layer of noise on top, which no compression makes smaller.</summary>
    public static Task<string> Large(int megabytes) => Cached($"large{megabytes}.oci.tar", async path =>
    {
        var noise = new byte[megabytes << 20];
        new Random(1).NextBytes(noise);
        await (await BusyboxBuilder()).Layer(layer => layer.File("noise", noise)).WriteOciArchive(path);
    });

    /// <summary>Busybox with something else in its config: an entrypoint, a user …</summary>
    /// <param name="name">Of the variant; the same name is the same image.</param>
    public static Task<string> Variant(string name, Action<ImageBuilder> change) => Cached($"{name}.oci.tar", async path =>
    {
        var builder = await BusyboxBuilder();
        change(builder);
        await builder.WriteOciArchive(path);
    });

    private static async Task<ImageBuilder> BusyboxBuilder()
    {
        var program = Path.Combine(await DebianPackage.Unpack("busybox-static"), "bin/busybox");
        var applets = (await Command.Run(program, "--list")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var bytes = await File.ReadAllBytesAsync(program);
        return new ImageBuilder()
            .Layer(layer =>
            {
                foreach (var directory in (string[])["bin", "dev", "etc", "home", "proc", "run", "sys", "var", "var/log"])
                {
                    layer.Directory(directory);
                }

                layer.Directory("root", 0x1C0).Directory("tmp", 0x3FF).File("bin/busybox", bytes, 0x1ED);
                foreach (var applet in applets.Where(applet => applet != "busybox"))
                {
                    layer.Symlink($"bin/{applet}", "busybox");
                }

                layer.File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n")
                    .File("etc/group", "root:x:0:\nnogroup:x:65534:\n");
            })
            .Env("PATH=/bin")
            .Cmd("sh");
    }

    private static async Task<string> Cached(string name, Func<string, Task> make)
    {
        var path = Path.Combine(DebianPackage.Cache, name);
        await Gate.WaitAsync();
        try
        {
            if (!File.Exists(path))
            {
                var unfinished = $"{path}.{Environment.ProcessId}.tmp";
                await make(unfinished);
                File.Move(unfinished, path, overwrite: true);
            }

            return path;
        }
        finally
        {
            Gate.Release();
        }
    }
}
