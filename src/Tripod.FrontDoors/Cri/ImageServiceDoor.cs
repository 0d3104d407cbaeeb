using Grpc.Core;
using Tripod.FrontDoors.Cri.Images;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;

namespace Tripod.FrontDoors.Cri;

/// <summary>The rpcs of the ImageService. Kestrel hands it the calls; it hands each to its operation.</summary>
internal sealed class ImageServiceDoor(CriParts parts) : ImageService.ImageServiceBase
{
    public override Task<ListImagesResponse> ListImages(ListImagesRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ListImagesResponse { Images = { List(request.Filter) } });

    public override async Task StreamImages(StreamImagesRequest request, IServerStreamWriter<StreamImagesResponse> responseStream, ServerCallContext context) =>
        await CriStream.SendAsync(parts, context, () => List(request.Filter), some => responseStream.WriteAsync(new() { Images = { some } })).ConfigureAwait(false);

    public override Task<ImageStatusResponse> ImageStatus(ImageStatusRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () =>
    {
        var response = new ImageStatusResponse();
        if (parts.Runtime.Images.Find(request.Image?.Image ?? "") is { } image)
        {
            response.Image = ImageMessages.Of(image);
            if (request.Verbose)
            {
                response.Info["config"] = System.Text.Encoding.UTF8.GetString(parts.Runtime.Images.ReadConfig(image.Id));
            }
        }

        return response;
    });

    public override Task<PullImageResponse> PullImage(PullImageRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, cancel => new PullImage(parts).RunAsync(request, cancel));

    /// <summary>With all its names, as the CRI has it; one that is gone is removed.</summary>
    public override Task<RemoveImageResponse> RemoveImage(RemoveImageRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        if (parts.Runtime.Images.Find(request.Image?.Image is { Length: > 0 } named ? named : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "image: there is no name to remove")) is { } image)
        {
            try
            {
                await parts.Runtime.Images.Remove(image.Id, force: true, cancel).ConfigureAwait(false);
            }
            catch (RuntimeException gone) when (gone.Kind == RuntimeErrorKind.NotFound)
            {
                // Another call was quicker.
            }
        }

        return new RemoveImageResponse();
    });

    public override Task<ImageFsInfoResponse> ImageFsInfo(ImageFsInfoRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () =>
    {
        var (path, bytes, inodes) = parts.Runtime.Images.Usage();
        var usage = new FilesystemUsage { Timestamp = parts.Now, FsId = new() { Mountpoint = path }, UsedBytes = new() { Value = (ulong)bytes }, InodesUsed = new() { Value = (ulong)inodes } };
        return new ImageFsInfoResponse { ImageFilesystems = { usage }, ContainerFilesystems = { usage.Clone() } };
    });

    private IReadOnlyList<Image> List(ImageFilter? filter) => filter?.Image?.Image is { Length: > 0 } wanted
        ? parts.Runtime.Images.Find(wanted) is { } found ? [ImageMessages.Of(found)] : []
        : [.. parts.Runtime.Images.List().Select(ImageMessages.Of)];
}
