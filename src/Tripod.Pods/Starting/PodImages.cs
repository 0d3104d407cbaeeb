using System.Globalization;
using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Pods.Starting.Credentials;
using Tripod.Pods.Tracing;
using Tripod.Runtime;
using Tripod.Runtime.Images;

namespace Tripod.Pods.Starting;

/// <summary>Sees to it that a container's image is present, as its imagePullPolicy has it, and tells the story in events.</summary>
internal sealed class PodImages(ImageService images, PullSecrets secrets, EventRecorder events, TimeProvider clock)
{
    /// <exception cref="ContainerProblem">ErrImagePull, ErrImageNeverPull or InvalidImageName.</exception>
    public async Task<ImageRecord> Ensure(PodView pod, V1Container container, EventTarget target, CancellationToken cancel)
    {
        var present = Find(container.Image, target);
        if (present is not null && container.ImagePullPolicy is not "Always")
        {
            events.Normal(target, "Pulled", $"Container image \"{container.Image}\" already present on machine");
            return present;
        }

        if (container.ImagePullPolicy == "Never")
        {
            var message = $"Container image \"{container.Image}\" is not present with pull policy of Never";
            events.Warning(target, "ErrImageNeverPull", message);
            events.Warning(target, "Failed", "Error: ErrImageNeverPull");
            throw new ContainerProblem("ErrImageNeverPull", message);
        }

        return await Pull(pod, container.Image, target, cancel).ConfigureAwait(false);
    }

    private async Task<ImageRecord> Pull(PodView pod, string image, EventTarget target, CancellationToken cancel)
    {
        events.Normal(target, "Pulling", $"Pulling image \"{image}\"");
        var begun = clock.GetTimestamp();
        using var span = PodTrace.Part("pull image");
        span?.SetTag("container.image.name", image);
        try
        {
            var pulled = await PullBy(secrets.For(pod, image), image, cancel).ConfigureAwait(false);
            var took = clock.GetElapsedTime(begun);
            var seconds = took.TotalSeconds >= 1
                ? string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds:0.###}s")
                : string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds:0}ms");
            events.Normal(target, "Pulled", $"Successfully pulled image \"{image}\" in {seconds} ({seconds} including waiting). Image size: {pulled.Size} bytes.");
            return pulled;
        }
        catch (RuntimeException failure)
        {
            var reason = failure.Reason is "InvalidImageName" ? failure.Reason : "ErrImagePull";
            events.Warning(target, "Failed", $"Failed to pull image \"{image}\": {failure.Message}");
            events.Warning(target, "Failed", $"Error: {reason}");
            throw new ContainerProblem(reason, failure.Message, failure);
        }
    }

    /// <summary>Credentials are tried in turn; only the last failure is told.</summary>
    private async Task<ImageRecord> PullBy(IReadOnlyList<RegistryCredentials> credentials, string image, CancellationToken cancel)
    {
        foreach (var one in credentials.SkipLast(1))
        {
            try
            {
                return await images.Pull(image, one, progress: null, cancel).ConfigureAwait(false);
            }
            catch (RuntimeException)
            {
                // Another secret of the pod's may be the right one.
            }
        }

        return await images.Pull(image, credentials.LastOrDefault(), progress: null, cancel).ConfigureAwait(false);
    }

    private ImageRecord? Find(string image, EventTarget target)
    {
        try
        {
            return images.Find(image);
        }
        catch (RuntimeException failure)
        {
            var message = $"Failed to apply default image tag \"{image}\": {failure.Message}";
            events.Warning(target, "InspectFailed", message);
            events.Warning(target, "Failed", "Error: InvalidImageName");
            throw new ContainerProblem("InvalidImageName", message, failure);
        }
    }
}
