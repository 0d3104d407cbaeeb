namespace Tripod.IntegrationTests.Fixtures;

/// <summary>The checkout that the tests were built from.</summary>
public static class SourceTree
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tripod.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException($"no Tripod.slnx above {AppContext.BaseDirectory}");
        }

        return folder;
    }
}
