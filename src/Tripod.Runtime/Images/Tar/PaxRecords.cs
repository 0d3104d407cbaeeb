using System.Text;

namespace Tripod.Runtime.Images.Tar;

/// <summary>
/// The records of a pax extended header (pax(1)): <c>LENGTH KEY=VALUE\n</c>. Values are bytes: an extended attribute may
/// hold any, NUL and newline too.
/// </summary>
internal sealed class PaxRecords
{
    public const string AttributePrefix = "SCHILY.xattr.";

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>Offsets and lengths in the order they came: version 0.0 of GNU's sparse files repeats its keys.</summary>
    public List<long> SparseNumbers { get; } = [];

    public List<KeyValuePair<string, byte[]>> Attributes { get; } = [];

    public string? this[string key] => values.GetValueOrDefault(key);

    public static PaxRecords Parse(ReadOnlySpan<byte> header)
    {
        var records = new PaxRecords();
        while (header.Length > 0 && header[0] != 0)
        {
            var space = header[..Math.Min(header.Length, 20)].IndexOf((byte)' ');
            var length = space <= 0 ? 0 : TarFields.Decimal(Encoding.Latin1.GetString(header[..space]), "a record length");
            if (length <= space + 1 || length > header.Length || header[(int)length - 1] != '\n')
            {
                throw new InvalidDataException("pax header with a record of a wrong length");
            }

            records.Add(header[(space + 1)..((int)length - 1)]);
            header = header[(int)length..];
        }

        return records;
    }

    private void Add(ReadOnlySpan<byte> record)
    {
        var equals = record.IndexOf((byte)'=');
        if (equals <= 0)
        {
            throw new InvalidDataException("pax header with a record that names no key");
        }

        var key = Encoding.Latin1.GetString(record[..equals]);
        var value = record[(equals + 1)..];
        if (key.StartsWith(AttributePrefix, StringComparison.Ordinal))
        {
            Attributes.Add(new(key[AttributePrefix.Length..], value.ToArray()));
        }
        else if (key is "GNU.sparse.offset" or "GNU.sparse.numbytes")
        {
            SparseNumbers.Add(TarFields.Decimal(Encoding.Latin1.GetString(value), key));
        }
        else
        {
            values[key] = Encoding.Latin1.GetString(value);
        }
    }
}
