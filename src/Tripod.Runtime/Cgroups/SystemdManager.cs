using System.Collections.Concurrent;
using Tmds.DBus.Protocol;

namespace Tripod.Runtime.Cgroups;

/// <summary>
/// systemd, asked over the system bus for the few things that the engine wants of it: scopes around processes, and slices
/// taken away (org.freedesktop.systemd1(5)). Called by <see cref="CgroupTree"/>; connects when it is first asked, and again
/// when the bus has gone meanwhile.
/// </summary>
internal sealed class SystemdManager : IDisposable
{
    private const string Service = "org.freedesktop.systemd1", Path = "/org/freedesktop/systemd1", Manager = "org.freedesktop.systemd1.Manager";
    private const string NoSuchUnit = "org.freedesktop.systemd1.NoSuchUnit", UnitExists = "org.freedesktop.systemd1.UnitExists", BadPid = "org.freedesktop.systemd1.NoSuchProcess";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim connecting = new(1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> jobs = new();
    private DBusConnection? connection;

    /// <summary>Puts a process into a scope of its own, with all controllers, and complete when it is in it.</summary>
    /// <exception cref="IOException">systemd refuses, or cannot be reached; the message says why.</exception>
    public async Task StartScopeAsync(string scope, string slice, int pid)
    {
        try
        {
            await RunJobAsync(scope, bus => StartTransient(bus, scope, OfScope(scope, slice, pid))).ConfigureAwait(false);
        }
        catch (SystemdRefusal refusal) when (refusal.Name == UnitExists)
        {
            // One of the same name has just died, and has not been forgotten yet.
            await StopAsync(scope).ConfigureAwait(false);
            await RunJobAsync(scope, bus => StartTransient(bus, scope, OfScope(scope, slice, pid))).ConfigureAwait(false);
        }
    }

    /// <summary>A transient one: what is set of it goes when it stops. One that is there already is well too.</summary>
    /// <exception cref="IOException">systemd refuses, or cannot be reached.</exception>
    public async Task StartSliceAsync(string slice)
    {
        try
        {
            await RunJobAsync(slice, bus => StartTransient(bus, slice, [("Description", $"pods of tripod, {slice}")])).ConfigureAwait(false);
        }
        catch (SystemdRefusal refusal) when (refusal.Name == UnitExists)
        {
            await RunJobAsync(slice, bus => UnitCall(bus, "StartUnit", slice, "replace")).ConfigureAwait(false);
        }
    }

    /// <summary>Tells it of a unit what its cgroup is to be like, until the unit stops. No such unit is well too: it has just ended.</summary>
    /// <exception cref="IOException">systemd refuses, or cannot be reached.</exception>
    public async Task SetAsync(string unit, IReadOnlyList<(string Name, VariantValue Value)> properties)
    {
        try
        {
            var bus = await ConnectedAsync().ConfigureAwait(false);
            await AskAsync(unit, bus, () => bus.CallMethodAsync(SetProperties(bus, unit, properties))).ConfigureAwait(false);
        }
        catch (SystemdRefusal refusal) when (refusal.Name == NoSuchUnit)
        {
            // Ended meanwhile.
        }
    }

    /// <summary>Stops a unit with all that is in it, and has it forgotten; complete when it is gone. No such unit is well too.</summary>
    /// <exception cref="IOException">systemd refuses, or cannot be reached.</exception>
    public async Task StopAsync(string unit)
    {
        try
        {
            await RunJobAsync(unit, bus => UnitCall(bus, "StopUnit", unit, "replace")).ConfigureAwait(false);
            // A failed one is kept for whoever wants to read why; nobody will.
            var bus = await ConnectedAsync().ConfigureAwait(false);
            await AskAsync(unit, bus, () => bus.CallMethodAsync(UnitCall(bus, "ResetFailedUnit", unit, null))).ConfigureAwait(false);
        }
        catch (SystemdRefusal refusal) when (refusal.Name == NoSuchUnit)
        {
            // Gone already.
        }
    }

    public void Dispose()
    {
        connection?.Dispose();
        connecting.Dispose();
    }

    private static IReadOnlyList<(string Name, VariantValue Value)> OfScope(string scope, string slice, int pid) =>
    [
        ("Description", $"pause of a pod, {scope}"), ("Slice", slice), ("PIDs", VariantValue.Array((uint[])[(uint)pid])),
        ("Delegate", true), ("DefaultDependencies", false), ("CollectMode", "inactive-or-failed"),
    ];

    private static MessageBuffer StartTransient(DBusConnection bus, string unit, IReadOnlyList<(string Name, VariantValue Value)> properties)
    {
        var message = bus.GetMessageWriter();
        message.WriteMethodCallHeader(Service, Path, Manager, "StartTransientUnit", "ssa(sv)a(sa(sv))");
        message.WriteString(unit);
        message.WriteString("replace");
        Write(ref message, properties);
        message.WriteArrayEnd(message.WriteArrayStart(DBusType.Struct));
        return message.CreateMessage();
    }

    private static MessageBuffer SetProperties(DBusConnection bus, string unit, IReadOnlyList<(string Name, VariantValue Value)> properties)
    {
        var message = bus.GetMessageWriter();
        message.WriteMethodCallHeader(Service, Path, Manager, "SetUnitProperties", "sba(sv)");
        message.WriteString(unit);
        message.WriteBool(true); // At runtime, in no file that outlives a boot.
        Write(ref message, properties);
        return message.CreateMessage();
    }

    /// <summary><c>a(sv)</c>.</summary>
    private static void Write(ref MessageWriter message, IReadOnlyList<(string Name, VariantValue Value)> properties)
    {
        var array = message.WriteArrayStart(DBusType.Struct);
        foreach (var (name, value) in properties)
        {
            message.WriteStructureStart();
            message.WriteString(name);
            message.WriteVariant(value);
        }

        message.WriteArrayEnd(array);
    }

    /// <summary>Signals of jobs come only to those who have asked for them.</summary>
    private static MessageBuffer Subscribe(DBusConnection bus)
    {
        using var message = bus.GetMessageWriter();
        message.WriteMethodCallHeader(Service, Path, Manager, "Subscribe");
        return message.CreateMessage();
    }

    private static MessageBuffer UnitCall(DBusConnection bus, string method, string unit, string? mode)
    {
        using var message = bus.GetMessageWriter();
        message.WriteMethodCallHeader(Service, Path, Manager, method, mode is null ? "s" : "ss");
        message.WriteString(unit);
        if (mode is not null)
        {
            message.WriteString(mode);
        }

        return message.CreateMessage();
    }

    /// <summary>A call is answered with a job; how that ended is a signal, which may come before the answer is read.</summary>
    private async Task RunJobAsync(string unit, Func<DBusConnection, MessageBuffer> call)
    {
        var bus = await ConnectedAsync().ConfigureAwait(false);
        var job = "";
        await AskAsync(unit, bus, async () => job = await bus.CallMethodAsync(call(bus), static (message, _) => message.GetBodyReader().ReadObjectPathAsString(), null).ConfigureAwait(false)).ConfigureAwait(false);
        try
        {
            var result = await jobs.GetOrAdd(job, _ => Source()).Task.WaitAsync(Patience).ConfigureAwait(false);
            if (result is not ("done" or "skipped"))
            {
                throw new IOException($"systemd: unit {unit}: its job ended as {result}: systemctl status {unit} says why");
            }
        }
        catch (TimeoutException slow)
        {
            throw new IOException($"systemd: unit {unit}: its job is not done after {Patience.TotalSeconds} s: systemctl list-jobs shows what it waits for", slow);
        }
        finally
        {
            jobs.TryRemove(job, out _);
        }
    }

    private static async Task AskAsync(string unit, DBusConnection bus, Func<Task> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (DBusErrorReplyException refused)
        {
            throw refused.ErrorName == BadPid
                ? new IOException($"systemd: unit {unit}: the process has ended already", refused)
                : new SystemdRefusal(refused.ErrorName, $"systemd: unit {unit}: {refused.ErrorMessage}", refused);
        }
        catch (DBusConnectionException lost)
        {
            bus.Dispose();
            throw new IOException($"systemd: unit {unit}: the system bus broke off: {lost.Message}", lost);
        }
    }

    private async Task<DBusConnection> ConnectedAsync()
    {
        await connecting.WaitAsync().ConfigureAwait(false);
        try
        {
            if (connection is { } known && !known.DisconnectedAsync().IsCompleted)
            {
                return known;
            }

            connection?.Dispose();
            connection = null;
            var made = new DBusConnection(DBusAddress.System!);
            await made.ConnectAsync().ConfigureAwait(false);
            var rule = new MatchRule { Type = MessageType.Signal, Sender = Service, Path = Path, Interface = Manager, Member = "JobRemoved" };
            await made.AddMatchAsync(rule, static (message, _) => ReadJob(message), (Notification<(string Job, string Result)> ended) => Ended(ended), emitOnCapturedContext: false, ObserverFlags.None, null).ConfigureAwait(false);
            await made.CallMethodAsync(Subscribe(made)).ConfigureAwait(false);
            return connection = made;
        }
        catch (Exception failure) when (failure is DBusConnectionException or DBusErrorReplyException)
        {
            throw new IOException($"systemd cannot be asked over the system bus: {failure.Message}", failure);
        }
        finally
        {
            connecting.Release();
        }
    }

    /// <summary><c>JobRemoved(u id, o job, s unit, s result)</c>.</summary>
    private static (string Job, string Result) ReadJob(Message message)
    {
        var reader = message.GetBodyReader();
        reader.ReadUInt32();
        var job = reader.ReadObjectPathAsString();
        reader.ReadString();
        return (job, reader.ReadString());
    }

    /// <summary>Jobs of others come by too, and are not kept for long.</summary>
    private void Ended(Notification<(string Job, string Result)> ended)
    {
        if (!ended.HasValue)
        {
            return;
        }

        var (job, result) = ended.Value;
        jobs.GetOrAdd(job, _ => Source()).TrySetResult(result);
        if (jobs.Count > 1000)
        {
            foreach (var old in jobs.Where(known => known.Value.Task.IsCompleted && known.Key != job).Select(known => known.Key).ToList())
            {
                jobs.TryRemove(old, out _);
            }
        }
    }

    private static TaskCompletionSource<string> Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class SystemdRefusal(string name, string message, Exception inner) : IOException(message, inner)
    {
        public string Name => name;
    }
}
