using k8s.Models;

namespace Tripod.Pods.Volumes;

/// <summary>hostPath volumes: the path is checked against its type, and made where the type asks for that.</summary>
internal static class HostPath
{
    public static string SetUp(V1HostPathVolumeSource source)
    {
        var path = source.Path;
        switch (source.Type)
        {
            case null or "" or "DirectoryOrCreate" when !File.Exists(path) && !Directory.Exists(path):
                Directory.CreateDirectory(path, (UnixFileMode)0x1ED); // 0755; without a type it is what container runtimes do
                break;
            case null or "":
                break;
            case "FileOrCreate" when !File.Exists(path) && !Directory.Exists(path):
                using (File.Open(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)0x1A4 }))
                {
                    break;
                }

            case "Directory" or "DirectoryOrCreate":
                Expect(Directory.Exists(path), path, "a directory");
                break;
            case "File" or "FileOrCreate":
                Expect(Kind(path) == "file", path, "a file");
                break;
            case "Socket":
                Expect(Kind(path) == "socket", path, "a socket file");
                break;
            case "CharDevice":
                Expect(Kind(path) == "character device", path, "a character device");
                break;
            case "BlockDevice":
                Expect(Kind(path) == "block device", path, "a block device");
                break;
            default:
                throw new VolumeException($"hostPath type {source.Type} is unknown");
        }

        return path;
    }

    private static void Expect(bool met, string path, string kind)
    {
        if (!met)
        {
            throw new VolumeException($"hostPath type check failed: {path} is not {kind}");
        }
    }

    private static string Kind(string path) => Directory.Exists(path) ? "directory" : Linux.FileKinds.Of(path);
}
