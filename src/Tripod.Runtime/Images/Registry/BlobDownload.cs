using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Tripod.Runtime.Images.Manifests;
using Tripod.Runtime.Images.References;

namespace Tripod.Runtime.Images.Registry;

/// <summary>
/// Brings one blob into a file and verifies it. A cut connection is taken up where it broke off, also one that broke off
/// in a former process. Used by <see cref="PullImage"/>; the file is whole and verified when this returns.
/// </summary>
internal sealed class BlobDownload(RegistryClient client, TimeProvider clock)
{
    private const int MostFruitlessTries = 5, MostTries = 100;

    private static readonly TimeSpan Stalled = TimeSpan.FromSeconds(30);

    /// <param name="endpoints">Tried in turn.</param>
    /// <param name="progress">Hears how many bytes are there.</param>
    public async Task Run(IReadOnlyList<RegistryEndpoint> endpoints, Descriptor blob, string partial, Action<long> progress, CancellationToken cancel)
    {
        if (blob.Size < 0)
        {
            throw new InvalidDataException($"the manifest gives no size for {blob.Digest}");
        }

        await using var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await TakeUp(file, hash, blob, cancel);
        for (int fruitless = 0, tries = 0; ;)
        {
            var before = file.Length;
            try
            {
                if (file.Length < blob.Size)
                {
                    await Continue(endpoints[fruitless % endpoints.Count], blob, file, hash, progress, cancel);
                }

                if (file.Length == blob.Size)
                {
                    await Verify(file, hash, blob, cancel);
                    return;
                }

                throw new RegistryFailure(RuntimeErrorKind.Unavailable, $"registry {endpoints[fruitless % endpoints.Count].Authority} cut the connection after {file.Length} of {blob.Size} bytes of {blob.Digest}");
            }
            catch (FileWriteException)
            {
                // The disk is full, most likely: what the engine writes down of that needs the room more than this part does.
                file.SetLength(0);
                throw;
            }
            catch (Exception failure) when (failure is RegistryFailure or HttpRequestException or IOException or InvalidDataException or TimeoutException && failure is not FileWriteException)
            {
                // Wrong content is asked for once more only: it seldom gets better.
                fruitless = failure is InvalidDataException ? fruitless + (MostFruitlessTries / 2) + 1 : file.Length > before ? 0 : fruitless + 1;
                if (fruitless >= MostFruitlessTries || ++tries == MostTries)
                {
                    throw;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200 << fruitless), clock, cancel);
            }
        }
    }

    /// <summary>Hashes what an earlier try left, so that only the rest has to be fetched.</summary>
    private static async Task TakeUp(FileStream file, IncrementalHash hash, Descriptor blob, CancellationToken cancel)
    {
        if (file.Length > blob.Size)
        {
            file.SetLength(0);
        }

        var buffer = new byte[1 << 17];
        while (await file.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            hash.AppendData(buffer.AsSpan(0, read));
        }
    }

    private async Task Continue(
        RegistryEndpoint endpoint, Descriptor blob, FileStream file, IncrementalHash hash, Action<long> progress, CancellationToken cancel)
    {
        var offset = file.Length;
        using var response = await client.Get(
            endpoint, $"blobs/{blob.Digest}", headers => headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null, cancel);
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange?.From == offset:
                break;
            case HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                Restart(file, hash);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    throw new RegistryFailure(RuntimeErrorKind.Unavailable, $"registry {endpoint.Authority} sent another part of {blob.Digest} than asked for");
                }

                break;
            default:
                var words = await RegistryErrorBody.Read(response, cancel);
                throw new RegistryFailure(
                    response.StatusCode == HttpStatusCode.NotFound ? RuntimeErrorKind.NotFound : RuntimeErrorKind.Unavailable,
                    $"registry {endpoint.Authority} answers HTTP {(int)response.StatusCode} for {blob.Digest}: {words}");
        }

        await Receive(response, blob, file, hash, progress, cancel);
    }

    private static async Task Receive(
        HttpResponseMessage response, Descriptor blob, FileStream file, IncrementalHash hash, Action<long> progress, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[1 << 17];
        while (true)
        {
            var read = await Read(body, buffer, cancel);
            if (read == 0)
            {
                return;
            }

            if (file.Length + read > blob.Size)
            {
                Restart(file, hash);
                throw new InvalidDataException($"the registry sends more than the {blob.Size} bytes that the manifest gives {blob.Digest}");
            }

            hash.AppendData(buffer.AsSpan(0, read));
            await Write(file, buffer.AsMemory(0, read), cancel);
            progress(file.Length);
        }
    }

    private static async Task<int> Read(Stream body, byte[] buffer, CancellationToken cancel)
    {
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        inTime.CancelAfter(Stalled);
        try
        {
            return await body.ReadAsync(buffer, inTime.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"no byte came for {Stalled.TotalSeconds} s");
        }
    }

    /// <summary>A full disk is no matter of the network: trying again would not help.</summary>
    private static async Task Write(FileStream file, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        try
        {
            await file.WriteAsync(content, cancel);
        }
        catch (IOException failure)
        {
            throw new FileWriteException($"write {file.Name}: {failure.Message}", failure);
        }
    }

    private static async Task Verify(FileStream file, IncrementalHash hash, Descriptor blob, CancellationToken cancel)
    {
        var actual = Digests.FromHash(hash.GetHashAndReset());
        if (actual != blob.Digest)
        {
            Restart(file, hash);
            throw new InvalidDataException($"the content of {blob.Digest} has the digest {actual}: the registry or something on the way changed it");
        }

        await file.FlushAsync(cancel);
    }

    private static void Restart(FileStream file, IncrementalHash hash)
    {
        hash.GetHashAndReset();
        file.SetLength(0);
        file.Position = 0;
    }
}

/// <summary>The local disk's fault, not the registry's.</summary>
internal sealed class FileWriteException(string message, Exception inner) : IOException(message, inner);
