using k8s.Models;
using Tripod.Pods.Events;
using Tripod.Pods.Volumes;
using Tripod.Runtime;

namespace Tripod.Pods.Starting;

/// <summary>The image volumes that a container mounts: pulled and shown before it is made, as its own image is. Called by <see cref="StartPodContainer"/>.</summary>
internal sealed class ImageVolumes(ContainerRuntime runtime, PodImages images, PodVolumes volumes)
{
    /// <returns>The images' ids, which are in use as long as the container is.</returns>
    /// <exception cref="ContainerProblem">ErrImagePull and its like.</exception>
    public async Task<IReadOnlyList<string>> SetUp(PodView pod, PodContainer container, string sandboxId, EventTarget target, CancellationToken cancel)
    {
        var used = new List<string>();
        foreach (var volume in (pod.Spec.Volumes ?? []).Where(volume => volume.Image is not null && container.Spec.VolumeMounts?.Any(mount => mount.Name == volume.Name) == true))
        {
            // Pull policy and credentials are judged as for a container's own image.
            var wanted = new V1Container { Name = container.Name, Image = volume.Image.Reference, ImagePullPolicy = volume.Image.PullPolicy };
            var found = await images.Ensure(pod, wanted, target, cancel).ConfigureAwait(false);
            try
            {
                runtime.MountImage(found.Id, volumes.Locate(pod, volume).Path, sandboxId);
            }
            catch (Exception failure) when (failure is IOException or RuntimeException)
            {
                throw new ContainerProblem("CreateContainerConfigError", $"failed to mount image volume \"{volume.Name}\": {failure.Message}", failure);
            }

            used.Add(found.Id);
        }

        return used;
    }
}
