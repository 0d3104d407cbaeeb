using System.Text;

namespace Tripod.FrontDoors.Kubernetes.Tls;

/// <summary>Files for root's eyes alone, replaced in one step.</summary>
public static class PrivateFile
{
    public static void Write(string path, string text)
    {
        var unfinished = $"{path}.{Guid.NewGuid():n}";
        using (var file = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
