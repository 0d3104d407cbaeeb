using System.Globalization;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Images;

namespace Tripod.FrontDoors.Cri.Images;

/// <summary>An image as the CRI shows it. Pure.</summary>
internal static class ImageMessages
{
    public static Image Of(ImageRecord image)
    {
        var shown = new Image
        {
            Id = image.Id,
            RepoTags = { image.RepoTags },
            RepoDigests = { image.RepoDigests },
            Size = (ulong)Math.Max(1, image.Size),
            Pinned = image.Pinned,
            Spec = new() { Image = image.Id },
        };
        var user = image.Config.User.Split(':')[0];
        if (long.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
        {
            shown.Uid = new() { Value = uid };
        }
        else if (user.Length > 0)
        {
            shown.Username = user;
        }
        else
        {
            shown.Uid = new() { Value = 0 };
        }

        return shown;
    }
}
