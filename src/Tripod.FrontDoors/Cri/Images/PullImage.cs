using System.Text;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime;
using Tripod.Runtime.Images;

namespace Tripod.FrontDoors.Cri.Images;

/// <summary>Pulls by what a kubelet has found in the pod's secrets. Two pulls of one image share the work.</summary>
internal sealed class PullImage(CriParts parts)
{
    public async Task<PullImageResponse> RunAsync(PullImageRequest request, CancellationToken cancel)
    {
        var reference = request.Image?.Image is { Length: > 0 } named ? named : throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "image: there is no name to pull");
        if (request.Image.RuntimeHandler is { Length: > 0 } handler && !parts.Runtime.Handlers.Contains(handler, StringComparer.Ordinal))
        {
            throw new RuntimeException(RuntimeErrorKind.InvalidArgument, $"runtime handler {handler} is not known");
        }

        var image = await parts.Runtime.Images.Pull(reference, Credentials(request.Auth), progress: null, cancel).ConfigureAwait(false);
        return new() { ImageRef = image.Id };
    }

    private static RegistryCredentials? Credentials(AuthConfig? auth)
    {
        if (auth is null)
        {
            return null;
        }

        if (auth.Username.Length > 0 || auth.IdentityToken.Length > 0)
        {
            return new(auth.Username, auth.Password, auth.IdentityToken);
        }

        if (auth.Auth.Length > 0)
        {
            try
            {
                var pair = Encoding.UTF8.GetString(Convert.FromBase64String(auth.Auth)).Split(':', 2);
                return pair.Length == 2 ? new(pair[0], pair[1].TrimEnd('\0')) : throw new FormatException();
            }
            catch (FormatException)
            {
                throw new RuntimeException(RuntimeErrorKind.InvalidArgument, "auth: this is not the base64 form of user:password");
            }
        }

        return auth.RegistryToken.Length > 0 ? new(RegistryToken: auth.RegistryToken) : null;
    }
}
