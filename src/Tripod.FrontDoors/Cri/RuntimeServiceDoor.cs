using Grpc.Core;
using Tripod.FrontDoors.Cri.Containers;
using Tripod.FrontDoors.Cri.Events;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.FrontDoors.Cri.Sandboxes;
using Tripod.FrontDoors.Cri.Streams;
using Tripod.FrontDoors.Cri.Usage;

namespace Tripod.FrontDoors.Cri;

/// <summary>The rpcs of the RuntimeService. Kestrel hands it the calls; it hands each to its operation, or to the runtime itself.</summary>
internal sealed class RuntimeServiceDoor(CriParts parts) : RuntimeService.RuntimeServiceBase
{
    private readonly ContainerMessages containers = new(parts.Runtime.Images);
    private readonly UsageMessages usage = new(parts);
    private readonly OpenStreams streams = new(parts);
    private readonly RuntimeInfo info = new(parts);

    public override Task<VersionResponse> Version(VersionRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, info.Version);

    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, cancel => info.StatusAsync(request.Verbose, cancel));

    public override Task<RuntimeConfigResponse> RuntimeConfig(RuntimeConfigRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, info.Config);

    public override Task<UpdateRuntimeConfigResponse> UpdateRuntimeConfig(UpdateRuntimeConfigRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () => info.Update(request));

    public override Task<RunPodSandboxResponse> RunPodSandbox(RunPodSandboxRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        info.RefuseUnknown(request.RuntimeHandler);
        var sandbox = await parts.Runtime.RunPodSandbox(SandboxRequests.Of(request.Config ?? new(), request.RuntimeHandler), cancel).ConfigureAwait(false);
        return new RunPodSandboxResponse { PodSandboxId = sandbox.Id };
    });

    public override Task<StopPodSandboxResponse> StopPodSandbox(StopPodSandboxRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        if (parts.Lookup.FindSandbox(request.PodSandboxId) is { } sandbox)
        {
            await parts.Runtime.StopPodSandbox(sandbox.Id, cancel).ConfigureAwait(false);
        }

        return new StopPodSandboxResponse();
    });

    public override Task<RemovePodSandboxResponse> RemovePodSandbox(RemovePodSandboxRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        if (parts.Lookup.FindSandbox(request.PodSandboxId) is { } sandbox)
        {
            await parts.Runtime.RemovePodSandbox(sandbox.Id, cancel).ConfigureAwait(false);
        }

        return new RemovePodSandboxResponse();
    });

    public override Task<PodSandboxStatusResponse> PodSandboxStatus(PodSandboxStatusRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () =>
    {
        var sandbox = parts.Lookup.Sandbox(request.PodSandboxId);
        var response = new PodSandboxStatusResponse { Status = SandboxMessages.Status(sandbox), Timestamp = parts.Now };
        response.ContainersStatuses.AddRange(parts.Runtime.ListContainers().Where(container => container.SandboxId == sandbox.Id).Select(container => containers.Status(container, sandbox.Config.Users)));
        if (request.Verbose)
        {
            response.Info["info"] = RuntimeInfo.Of(sandbox);
        }

        return response;
    });

    public override Task<ListPodSandboxResponse> ListPodSandbox(ListPodSandboxRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ListPodSandboxResponse { Items = { Sandboxes(request.Filter) } });

    public override Task StreamPodSandboxes(StreamPodSandboxesRequest request, IServerStreamWriter<StreamPodSandboxesResponse> responseStream, ServerCallContext context) =>
        CriStream.SendAsync(parts, context, () => Sandboxes(request.Filter), some => responseStream.WriteAsync(new() { PodSandboxes = { some } }));

    /// <summary>The kubelet has changed the pod's cgroup itself; there is nothing more to do.</summary>
    public override Task<UpdatePodSandboxResourcesResponse> UpdatePodSandboxResources(UpdatePodSandboxResourcesRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () =>
    {
        parts.Lookup.Sandbox(request.PodSandboxId);
        return new UpdatePodSandboxResourcesResponse();
    });

    public override Task<CreateContainerResponse> CreateContainer(CreateContainerRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        var sandbox = parts.Lookup.Sandbox(request.PodSandboxId);
        var config = new ContainerRequests(parts).Of(request.Config ?? new(), sandbox);
        return new CreateContainerResponse { ContainerId = await parts.Runtime.CreateContainer(sandbox.Id, config, cancel).ConfigureAwait(false) };
    });

    public override Task<StartContainerResponse> StartContainer(StartContainerRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        await parts.Runtime.StartContainer(parts.Lookup.Container(request.ContainerId).Id, cancel).ConfigureAwait(false);
        return new StartContainerResponse();
    });

    public override Task<StopContainerResponse> StopContainer(StopContainerRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        if (parts.Lookup.FindContainer(request.ContainerId) is { } container)
        {
            await parts.Runtime.StopContainer(container.Id, TimeSpan.FromSeconds(Math.Max(0, request.Timeout)), cancel).ConfigureAwait(false);
        }

        return new StopContainerResponse();
    });

    public override Task<RemoveContainerResponse> RemoveContainer(RemoveContainerRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        if (parts.Lookup.FindContainer(request.ContainerId) is { } container)
        {
            await parts.Runtime.RemoveContainer(container.Id, cancel).ConfigureAwait(false);
        }

        return new RemoveContainerResponse();
    });

    public override Task<ListContainersResponse> ListContainers(ListContainersRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ListContainersResponse { Containers = { Containers(request.Filter) } });

    public override Task StreamContainers(StreamContainersRequest request, IServerStreamWriter<StreamContainersResponse> responseStream, ServerCallContext context) =>
        CriStream.SendAsync(parts, context, () => Containers(request.Filter), some => responseStream.WriteAsync(new() { Containers = { some } }));

    public override Task<ContainerStatusResponse> ContainerStatus(ContainerStatusRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () =>
    {
        var container = parts.Lookup.Container(request.ContainerId);
        var response = new ContainerStatusResponse { Status = containers.Status(container, parts.Runtime.PodSandboxStatus(container.SandboxId ?? "")?.Config.Users) };
        if (request.Verbose)
        {
            response.Info["info"] = RuntimeInfo.Of(container);
        }

        return response;
    });

    public override Task<UpdateContainerResourcesResponse> UpdateContainerResources(UpdateContainerResourcesRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        var container = parts.Lookup.Container(request.ContainerId);
        await parts.Runtime.UpdateContainerResources(container.Id, ResourceMessages.Changed(container.Config.Resources, request.Linux, Runtime.Cgroups.CgroupFeatures.LimitHugepages), cancel).ConfigureAwait(false);
        return new UpdateContainerResourcesResponse();
    });

    public override Task<ReopenContainerLogResponse> ReopenContainerLog(ReopenContainerLogRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, async cancel =>
    {
        await parts.Runtime.ReopenContainerLog(parts.Lookup.Container(request.ContainerId).Id, cancel).ConfigureAwait(false);
        return new ReopenContainerLogResponse();
    });

    public override Task<CheckpointContainerResponse> CheckpointContainer(CheckpointContainerRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, cancel =>
    {
        var id = parts.Lookup.Container(request.ContainerId).Id;
        return CriCall.WithinAsync(
            request.Timeout,
            cancel,
            async limit =>
            {
                await parts.Runtime.CheckpointContainer(id, request.Location, limit).ConfigureAwait(false);
                return new CheckpointContainerResponse();
            },
            () => $"container {id}: the checkpoint took longer than {request.Timeout} s; nothing is left of it");
    });

    public override Task<ExecSyncResponse> ExecSync(ExecSyncRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, cancel => new ExecSync(parts).RunAsync(request, cancel));

    public override Task<ExecResponse> Exec(ExecRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () => streams.Exec(request));

    public override Task<AttachResponse> Attach(AttachRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () => streams.Attach(request));

    public override Task<PortForwardResponse> PortForward(PortForwardRequest request, ServerCallContext context) => CriCall.RunAsync(parts, context, () => streams.PortForward(request));

    public override Task<ContainerStatsResponse> ContainerStats(ContainerStatsRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ContainerStatsResponse { Stats = usage.Of(parts.Lookup.Container(request.ContainerId)) });

    public override Task<ListContainerStatsResponse> ListContainerStats(ListContainerStatsRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ListContainerStatsResponse { Stats = { Stats(request.Filter) } });

    public override Task StreamContainerStats(StreamContainerStatsRequest request, IServerStreamWriter<StreamContainerStatsResponse> responseStream, ServerCallContext context) =>
        CriStream.SendAsync(parts, context, () => Stats(request.Filter), some => responseStream.WriteAsync(new() { ContainerStats = { some } }));

    public override Task<PodSandboxStatsResponse> PodSandboxStats(PodSandboxStatsRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new PodSandboxStatsResponse { Stats = usage.Of(parts.Lookup.Sandbox(request.PodSandboxId)) });

    public override Task<ListPodSandboxStatsResponse> ListPodSandboxStats(ListPodSandboxStatsRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ListPodSandboxStatsResponse { Stats = { Stats(request.Filter) } });

    public override Task StreamPodSandboxStats(StreamPodSandboxStatsRequest request, IServerStreamWriter<StreamPodSandboxStatsResponse> responseStream, ServerCallContext context) =>
        CriStream.SendAsync(parts, context, () => Stats(request.Filter), some => responseStream.WriteAsync(new() { PodSandboxStats = { some } }));

    public override Task<ListMetricDescriptorsResponse> ListMetricDescriptors(ListMetricDescriptorsRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ListMetricDescriptorsResponse { Descriptors = { MetricList.Descriptors() } });

    public override Task<ListPodSandboxMetricsResponse> ListPodSandboxMetrics(ListPodSandboxMetricsRequest request, ServerCallContext context) =>
        CriCall.RunAsync(parts, context, () => new ListPodSandboxMetricsResponse { PodMetrics = { new MetricList(parts).Now() } });

    public override Task StreamPodSandboxMetrics(StreamPodSandboxMetricsRequest request, IServerStreamWriter<StreamPodSandboxMetricsResponse> responseStream, ServerCallContext context) =>
        CriStream.SendAsync(parts, context, new MetricList(parts).Now, some => responseStream.WriteAsync(new() { PodSandboxMetrics = { some } }));

    public override Task GetContainerEvents(GetEventsRequest request, IServerStreamWriter<ContainerEventResponse> responseStream, ServerCallContext context) =>
        new WatchEvents(parts).RunAsync(responseStream, context);

    private IReadOnlyList<PodSandbox> Sandboxes(PodSandboxFilter? filter) => [.. parts.Lookup.Sandboxes().Where(sandbox => SandboxMessages.Matches(sandbox, filter)).Select(SandboxMessages.Row)];

    private IReadOnlyList<Container> Containers(ContainerFilter? filter) => [.. parts.Lookup.Containers().Where(container => ContainerMessages.Matches(container, filter)).Select(containers.Row)];

    private IReadOnlyList<ContainerStats> Stats(ContainerStatsFilter? filter)
    {
        var wanted = new ContainerFilter { Id = filter?.Id ?? "", PodSandboxId = filter?.PodSandboxId ?? "", LabelSelector = { filter?.LabelSelector ?? [] } };
        return [.. parts.Lookup.Containers().Where(container => container.State == Runtime.Containers.ContainerState.Running && ContainerMessages.Matches(container, wanted)).Select(usage.Of)];
    }

    private IReadOnlyList<PodSandboxStats> Stats(PodSandboxStatsFilter? filter)
    {
        var wanted = new PodSandboxFilter { Id = filter?.Id ?? "", LabelSelector = { filter?.LabelSelector ?? [] } };
        return [.. parts.Lookup.Sandboxes().Where(sandbox => sandbox.State == Runtime.Sandboxes.SandboxState.Ready && SandboxMessages.Matches(sandbox, wanted)).Select(usage.Of)];
    }
}
