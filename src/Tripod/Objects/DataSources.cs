using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>Where the data of a ConfigMap or a Secret comes from.</summary>
internal sealed partial class DataSources
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Option<string[]> files = new("--from-file") { Description = "FILE, KEY=FILE, or a directory of files" };
    private readonly Option<string[]> words = new("--from-literal") { Description = "KEY=VALUE" };
    private readonly Option<string[]> environment = new("--from-env-file") { Description = "a file of KEY=VALUE lines" };

    public void AddTo(Command verb)
    {
        verb.Options.Add(files);
        verb.Options.Add(words);
        verb.Options.Add(environment);
    }

    /// <param name="kind">For messages.</param>
    /// <exception cref="CommandFailure">A source is not there or not understood, or two have the same key.</exception>
    public IReadOnlyDictionary<string, byte[]> Read(ParseResult parsed, string kind)
    {
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var pairs = (parsed.GetValue(files) ?? []).SelectMany(FromFile)
            .Concat((parsed.GetValue(words) ?? []).Select(FromWord))
            .Concat((parsed.GetValue(environment) ?? []).SelectMany(FromEnvironmentFile));
        foreach (var (key, value) in pairs)
        {
            if (!Key().IsMatch(key))
            {
                throw new CommandFailure($"error: \"{key}\" is not a valid key name for a {kind}: letters, digits, '-', '_' and '.' make one");
            }

            if (!data.TryAdd(key, value))
            {
                throw new CommandFailure($"error: cannot add key \"{key}\", another key by that name already exists in Data for {kind}");
            }
        }

        return data;
    }

    public static void Fill(JsonObject document, IReadOnlyDictionary<string, byte[]> data, bool encode)
    {
        foreach (var (key, value) in data)
        {
            var text = encode ? null : Text(value);
            var field = encode || text is not null ? "data" : "binaryData";
            document[field] ??= new JsonObject();
            document[field]![key] = text ?? Convert.ToBase64String(value);
        }
    }

    /// <summary>Null for bytes that are no text.</summary>
    private static string? Text(byte[] value)
    {
        try
        {
            return Strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static IEnumerable<(string Key, byte[] Value)> FromFile(string source)
    {
        var (key, path) = source.Split('=', 2) is [var given, var named] ? (given, named) : (null, source);
        if (Directory.Exists(path))
        {
            return key is not null
                ? throw new CommandFailure("error: cannot give a key name for a directory path")
                : new DirectoryInfo(path).EnumerateFiles().Where(file => file.LinkTarget is null).OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => (file.Name, File.ReadAllBytes(file.FullName)));
        }

        return File.Exists(path) ? [(key ?? Path.GetFileName(path), File.ReadAllBytes(path))] : throw Missing(path);
    }

    private static (string Key, byte[] Value) FromWord(string word) => word.Split('=', 2) is [{ Length: > 0 } key, var value]
        ? (key, Encoding.UTF8.GetBytes(value))
        : throw new CommandFailure($"error: invalid literal source {word}, expected key=value");

    /// <summary>KEY=VALUE, as it stands behind the sign; a KEY alone is taken from this process's own environment.</summary>
    private static IEnumerable<(string Key, byte[] Value)> FromEnvironmentFile(string path) =>
        from line in File.Exists(path) ? File.ReadLines(path) : throw Missing(path)
        let text = line.TrimStart()
        where text.Length > 0 && text[0] != '#'
        let pair = text.Split('=', 2)
        select (pair[0], Encoding.UTF8.GetBytes(pair.Length > 1 ? pair[1] : Environment.GetEnvironmentVariable(pair[0]) ?? ""));

    private static CommandFailure Missing(string path) => new($"error: error reading {path}: no such file or directory");

    [GeneratedRegex("^[-._a-zA-Z0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
