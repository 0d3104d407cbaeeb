using System.Security.Cryptography;

namespace Tripod.Pods.Accounts;

/// <summary>The key that ServiceAccounts' tokens are signed with (ES256, RFC 7518): made at first start, kept by the engine alone.</summary>
public sealed class TokenKey : IDisposable
{
    private readonly ECDsa key;
    private readonly Lock gate = new();

    private TokenKey(ECDsa key)
    {
        this.key = key;
        Id = Base64Url(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>Names it in a token's header.</summary>
    public string Id { get; }

    /// <param name="path">Of a PEM file; made where it is missing.</param>
    public static TokenKey LoadOrCreate(string path)
    {
        if (File.Exists(path))
        {
            var known = ECDsa.Create();
            known.ImportFromPem(File.ReadAllText(path));
            return new(known);
        }

        var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.tmp";
        File.Delete(unfinished);
        using (var file = new StreamWriter(File.Open(unfinished, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)0x180 })))
        {
            file.Write(made.ExportECPrivateKeyPem());
        }

        File.Move(unfinished, path, overwrite: true);
        return new(made);
    }

    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (gate)
        {
            return key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        lock (gate)
        {
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>The public point, for whoever checks tokens himself (RFC 7517).</summary>
    public (string X, string Y) Public()
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return (Base64Url(point.X), Base64Url(point.Y));
    }

    public void Dispose() => key.Dispose();

    internal static string Base64Url(byte[]? bytes) => Convert.ToBase64String(bytes ?? []).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    internal static byte[]? FromBase64Url(string text)
    {
        var plain = text.Replace('-', '+').Replace('_', '/');
        var bytes = new byte[plain.Length];
        return Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }
}
