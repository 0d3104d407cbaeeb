using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Tripod.Client;

namespace Tripod.Objects;

/// <summary>Where the data of a ConfigMap or a Secret comes from.</summary>
internal sealed class DataSources
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

    public IReadOnlyDictionary<string, byte[]> Read(ParseResult parsed)
    {
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var pairs = (parsed.GetValue(files) ?? []).SelectMany(FromFile)
            .Concat((parsed.GetValue(words) ?? []).Select(word => FromWord(word, "--from-literal")))
            .Concat((parsed.GetValue(environment) ?? []).SelectMany(path => File.ReadLines(path).Where(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#')).Select(line => FromWord(line, path))));
        foreach (var (key, value) in pairs)
        {
            if (!data.TryAdd(key, value))
            {
                throw new CommandFailure($"error: cannot add key \"{key}\", another key by that name already exists");
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
            return Directory.EnumerateFiles(path).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)));
        }

        return File.Exists(path) ? [(key ?? Path.GetFileName(path), File.ReadAllBytes(path))] : throw new CommandFailure($"error: error reading {path}: no such file or directory");
    }

    private static (string Key, byte[] Value) FromWord(string word, string source) => word.Split('=', 2) is [{ Length: > 0 } key, var value]
        ? (key.Trim(), Encoding.UTF8.GetBytes(value))
        : throw new CommandFailure($"error: invalid literal source {word} of {source}, expected key=value");
}
