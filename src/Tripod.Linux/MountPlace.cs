namespace Tripod.Linux;

/// <summary>What a bind mount is laid over: an empty directory for a directory, an empty file for anything else.</summary>
public static class MountPlace
{
    /// <summary>Its parent is there. What an earlier call made for a source of the other kind is replaced.</summary>
    public static void Make(string place, bool isDirectory)
    {
        if (isDirectory)
        {
            if (File.Exists(place))
            {
                File.Delete(place);
            }

            Directory.CreateDirectory(place);
        }
        else
        {
            if (Directory.Exists(place))
            {
                Directory.Delete(place);
            }

            File.WriteAllBytes(place, []);
        }
    }
}
