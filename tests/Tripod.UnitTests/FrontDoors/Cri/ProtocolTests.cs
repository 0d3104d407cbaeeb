using System.Globalization;
using Tripod.FrontDoors.Cri.Containers;
using Tripod.FrontDoors.Cri.Protocol;
using Tripod.FrontDoors.Cri.Usage;
using Tripod.Runtime;
using Tripod.Runtime.Cgroups;
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
        var changed = ResourceMessages.Changed(known, new() { MemoryLimitInBytes = 6 }, canLimitHugepages: true);
        Assert.Equal((6, 7, "3"), (changed.MemoryLimit, changed.CpuShares, changed.Unified["memory.high"]));
        Assert.Equal(changed.CpuShares, ResourceMessages.Shown(changed).CpuShares);
    }

    [Fact]
    public void Huge_pages_that_nothing_can_limit_are_forbidden_to_no_effect_and_allowed_not_at_all()
    {
        var asked = new LinuxContainerResources { HugepageLimits = { new HugepageLimit { PageSize = "2MB" }, new HugepageLimit { PageSize = "1GB" } } };
        Assert.Equal(2, ResourceMessages.Of(asked, canLimitHugepages: true).HugepageLimits.Count);
        Assert.Empty(ResourceMessages.Of(asked, canLimitHugepages: false).HugepageLimits);
        asked.HugepageLimits[0].Limit = 4 << 20;
        Assert.Contains("no hugetlb controller", Assert.Throws<RuntimeException>(() => ResourceMessages.Of(asked, canLimitHugepages: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pressure_is_told_in_nanoseconds_and_only_where_the_kernel_tells_it()
    {
        var psi = PressureMessages.Of(Pressure.Parse("some avg10=1.50 avg60=0.25 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.10 total=3\n"))!;
        Assert.Equal((1.5, 0.25, 7000ul, 0.1, 3000ul), (psi.Some.Avg10, psi.Some.Avg60, psi.Some.Total, psi.Full.Avg300, psi.Full.Total));
        Assert.Equal(0ul, PressureMessages.Of(Pressure.Parse("some avg10=0.00 avg60=0.00 avg300=0.00 total=1"))!.Full.Total);
        Assert.Null(PressureMessages.Of(Pressure.Parse("")));
    }

    private static string Line(string name, IEnumerable<(string Name, int Number)> fields) =>
        string.Join(' ', fields.OrderBy(field => field.Number).Select(field => string.Create(CultureInfo.InvariantCulture, $"{field.Name}={field.Number}")).Prepend(name));
}
