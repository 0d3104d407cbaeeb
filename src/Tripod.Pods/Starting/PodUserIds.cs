using System.Buffers.Binary;
using Tripod.Runtime;
using Tripod.Runtime.Users;

namespace Tripod.Pods.Starting;

/// <summary>
/// The host's ids that each pod with <c>hostUsers: false</c> has as long as it is there, whatever becomes of its sandboxes and
/// of the engine (KEP-127). Asked by <see cref="RunPodSandbox"/>, freed with the pod. Safe for several threads.
/// </summary>
internal sealed class PodUserIds(ContainerRuntime runtime, IdPool pool)
{
    private const string Collection = "pod-user-ids";

    private readonly Lock gate = new();

    /// <summary>The pod's, or new ones; written down before they are used.</summary>
    /// <exception cref="RuntimeException">All are given away.</exception>
    public UserMappings Of(string uid)
    {
        lock (gate)
        {
            if (runtime.Records.Get(Collection, uid) is { } known)
            {
                return Read(known);
            }

            // A kubelet that has this engine as its runtime gives ids away too.
            var taken = runtime.Records.List(Collection).Select(pair => Read(pair.Value)).Concat(runtime.ListPodSandboxes().Select(sandbox => sandbox.Config.Users).OfType<UserMappings>());
            var free = pool.Free([.. taken]) ?? throw new RuntimeException(RuntimeErrorKind.ResourceExhausted, "could not find an empty slot to allocate a user namespace: give more ids in the engine's configuration (userNamespaceIds), or delete pods");
            Span<byte> first = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(first, free.Root.Uid);
            runtime.Records.Put(Collection, uid, first);
            return free;
        }
    }

    public void Free(string uid)
    {
        lock (gate)
        {
            runtime.Records.Delete(Collection, uid);
        }
    }

    /// <summary>Of pods that went while no engine ran.</summary>
    public void KeepOnly(IReadOnlySet<string> uids)
    {
        foreach (var (uid, _) in runtime.Records.List(Collection).Where(pair => !uids.Contains(pair.Key)))
        {
            Free(uid);
        }
    }

    private static UserMappings Read(byte[] first) => UserMappings.From(BinaryPrimitives.ReadUInt32LittleEndian(first), IdPool.PerPod);
}
