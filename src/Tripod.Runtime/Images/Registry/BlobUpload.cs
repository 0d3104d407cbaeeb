using System.Net;
using System.Net.Http.Headers;

namespace Tripod.Runtime.Images.Registry;

/// <summary>Brings one blob to a registry, unless it is there (distribution-spec, "Pushing blobs").</summary>
internal static class BlobUpload
{
    private const int MostTries = 3;

    /// <returns>False when the registry has it already.</returns>
    public static async Task<bool> Run(RegistryClient client, RegistryEndpoint endpoint, string digest, string file, Action<long> progress, CancellationToken cancel)
    {
        using (var there = await client.Send(endpoint, $"blobs/{digest}", () => new() { Method = HttpMethod.Head }, cancel))
        {
            if (there.StatusCode == HttpStatusCode.OK)
            {
                return false;
            }
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Send(client, endpoint, digest, file, progress, cancel);
                return true;
            }
            catch (Exception cut) when (attempt < MostTries && cut is HttpRequestException or IOException or RegistryFailure { Kind: RuntimeErrorKind.Unavailable })
            {
                // From its beginning, in an upload of its own: registries forget what was cut.
            }
        }
    }

    /// <exception cref="RegistryFailure">It is not taken.</exception>
    public static async Task Refuse(HttpResponseMessage response, RegistryEndpoint endpoint, string what, CancellationToken cancel)
    {
        var words = await RegistryErrorBody.Read(response, cancel);
        var said = words.Length == 0 ? "" : $": {words}";
        throw response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new RegistryFailure(RuntimeErrorKind.PermissionDenied, words.Length > 0 ? $"denied{said}" : "denied: requested access to the resource is denied (docker login)")
            : new RegistryFailure(RuntimeErrorKind.Unavailable, $"registry {endpoint.Authority} does not take {what}: HTTP {(int)response.StatusCode}{said}");
    }

    private static async Task Send(RegistryClient client, RegistryEndpoint endpoint, string digest, string file, Action<long> progress, CancellationToken cancel)
    {
        string location;
        using (var begun = await client.Send(endpoint, "blobs/uploads/", () => new() { Method = HttpMethod.Post, Content = Empty() }, cancel))
        {
            if (begun.StatusCode != HttpStatusCode.Accepted || begun.Headers.Location is not { } given)
            {
                await Refuse(begun, endpoint, digest, cancel);
                return;
            }

            location = given.IsAbsoluteUri ? given.AbsoluteUri : given.OriginalString;
        }

        var separator = location.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        using var sent = await client.Send(endpoint, $"{location}{separator}digest={Uri.EscapeDataString(digest)}", () => new() { Method = HttpMethod.Put, Content = Body(file, progress) }, cancel);
        if (sent.StatusCode != HttpStatusCode.Created)
        {
            await Refuse(sent, endpoint, digest, cancel);
        }
    }

    private static ByteArrayContent Empty() => new([]);

    private static StreamContent Body(string file, Action<long> progress)
    {
        var content = new StreamContent(new Told(File.OpenRead(file), progress), 1 << 17);
        content.Headers.ContentLength = new FileInfo(file).Length;
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }

    /// <summary>Says how much has been read.</summary>
    private sealed class Told(Stream inner, Action<long> progress) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            progress(inner.Position);
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
