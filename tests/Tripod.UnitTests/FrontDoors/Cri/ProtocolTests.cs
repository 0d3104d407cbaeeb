using System.Globalization;
using Tripod.FrontDoors.Cri.Containers;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.Runtime.Containers;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Cri;

/// <summary>Names and numbers on the wire, and what is translated without a container at hand.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public void Every_field_has_the_name_and_number_that_kubelets_send()
    {
        var expected = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "FrontDoors/Cri/fields.txt")).Where(line => !line.StartsWith('#')).ToHashSet();
        var messages = CriReflection.Descriptor.MessageTypes.Select(message => Line(message.Name, message.Fields.InDeclarationOrder().Select(field => (field.Name, field.FieldNumber))));
        var enumerations = CriReflection.Descriptor.EnumTypes.Select(type => Line($"enum {type.Name}", type.Values.Select(value => (value.Name, value.Number))));
        var actual = messages.Concat(enumerations).ToHashSet();
        Assert.Equal([], expected.Except(actual).Order());
        Assert.Equal([], actual.Except(expected).Order());
    }

    [Fact]
    public void Both_services_have_all_their_calls()
    {
        Assert.Equal(35, RuntimeService.Descriptor.Methods.Count);
        Assert.Equal(6, ImageService.Descriptor.Methods.Count);
        Assert.Equal(
            "GetContainerEvents StreamContainerStats StreamContainers StreamImages StreamPodSandboxMetrics StreamPodSandboxStats StreamPodSandboxes",
            string.Join(' ', RuntimeService.Descriptor.Methods.Concat(ImageService.Descriptor.Methods).Where(method => method.IsServerStreaming).Select(method => method.Name).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData(Signal.RuntimeDefault, "", Signal.Sigterm)]
    [InlineData(Signal.Sigusr1, "SIGUSR1", Signal.Sigusr1)]
    [InlineData(Signal.Sigrtminplus3, "SIGRTMIN+3", Signal.Sigrtminplus3)]
    [InlineData(Signal.Sigrtmaxminus14, "SIGRTMAX-14", Signal.Sigrtmaxminus14)]
    public void Signals_have_names_elsewhere(Signal signal, string name, Signal back)
    {
        Assert.Equal(name, Signals.Name(signal));
        Assert.Equal(back, Signals.Of(name));
    }

    [Fact]
    public void Update_changes_only_what_it_names()
    {
        var known = new LinuxResources { MemoryLimit = 5, CpuShares = 7, Unified = new Dictionary<string, string> { ["memory.high"] = "3" } };
        var changed = ResourceMessages.Changed(known, new() { MemoryLimitInBytes = 6 });
        Assert.Equal((6, 7, "3"), (changed.MemoryLimit, changed.CpuShares, changed.Unified["memory.high"]));
        Assert.Equal(changed.CpuShares, ResourceMessages.Shown(changed).CpuShares);
    }

    private static string Line(string name, IEnumerable<(string Name, int Number)> fields) =>
        string.Join(' ', fields.OrderBy(field => field.Number).Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name}={field.Number}")).Prepend(name));
}
