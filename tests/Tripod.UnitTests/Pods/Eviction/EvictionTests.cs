using System.Collections.Immutable;
using Tripod.Pods;
using Tripod.Pods.Eviction;
using Xunit;

namespace Tripod.UnitTests.Pods.Eviction;

public sealed class EvictionTests
{
    private const long Mi = 1 << 20;

    [Fact]
    public void Pods_beyond_their_request_go_first_then_the_less_important_then_the_larger()
    {
        var within = Named("within", Asking("memory", "100Mi"), Memory(90));
        var small = Named("small", "", Memory(10));
        var large = Named("large", "", Memory(50));
        var important = Named("important", "\"priority\": 5", Memory(500));
        var critical = Named("critical", "\"priority\": 2000000000", Memory(900));
        Assert.Equal(
            ["large", "small", "important", "within"],
            EvictionRank.Order("memory", [within, important, critical, small, large]).Select(candidate => candidate.Pod.Name));
    }

    [Fact]
    public void Processes_cannot_be_asked_for_so_priority_decides_and_then_their_number()
    {
        var few = Named("few", "", new([new("c", Processes: 3)], new Dictionary<string, long>()));
        var many = Named("many", "", new([new("c", Processes: 30)], new Dictionary<string, long>()));
        var important = Named("important", "\"priority\": 1", new([new("c", Processes: 300)], new Dictionary<string, long>()));
        Assert.Equal(["many", "few", "important"], EvictionRank.Order("pids", [few, important, many]).Select(candidate => candidate.Pod.Name));
    }

    [Theory]
    [InlineData("20Mi", 21, 0, 0, "Usage of EmptyDir volume \"data\" exceeds the limit \"20Mi\". ")]
    [InlineData("20Mi", 20, 9, 0, null)]
    [InlineData("20Mi", 5, 6, 0, "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ")]
    [InlineData("20Mi", 0, 9, 2, "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ")]
    [InlineData("20Mi", 0, 9, 1, null)]
    public void Pod_that_has_written_more_than_it_may_is_told_by_which_limit(string sizeLimit, int volume, int written, int logs, string? message)
    {
        var pod = Pod($$"""
            "volumes": [ { "name": "data", "emptyDir": { "sizeLimit": "{{sizeLimit}}" } } ],
            "containers": [ { "name": "c", "image": "i" {{(volume > 5 ? "" : ", \"resources\": { \"limits\": { \"ephemeral-storage\": \"10Mi\" } }")}} } ]
            """);
        var use = new PodUse([new("c", Written: written * Mi, Logs: logs * Mi)], new Dictionary<string, long> { ["data"] = volume * Mi });
        Assert.Equal(message, LocalLimits.Exceeded(pod.Spec, use));
    }

    [Fact]
    public void One_container_beyond_its_own_limit_is_named_though_the_pod_is_within_the_sum()
    {
        var pod = Pod("""
            "containers": [
              { "name": "a", "image": "i", "resources": { "limits": { "ephemeral-storage": "10Mi" } } },
              { "name": "b", "image": "i", "resources": { "limits": { "ephemeral-storage": "90Mi" } } } ]
            """);
        var use = new PodUse([new("a", Written: 8 * Mi, Logs: 3 * Mi), new("b", Written: Mi)], new Dictionary<string, long>());
        Assert.Equal("Container a exceeded its local ephemeral storage limit \"10Mi\". ", LocalLimits.Exceeded(pod.Spec, use));
    }

    [Fact]
    public void Message_names_resource_threshold_and_the_containers_beyond_their_request()
    {
        var threshold = new Threshold(Signal.Memory, ThresholdAmount.Parse("100Mi"), TimeSpan.Zero);
        var pod = Pod("\"containers\": [ { \"name\": \"c\", \"image\": \"i\" }, { \"name\": \"d\", \"image\": \"i\", \"resources\": { \"requests\": { \"memory\": \"1Gi\" } } } ]");
        var use = new PodUse([new("c", Memory: 12 * 1024), new("d", Memory: Mi)], new Dictionary<string, long>());
        var (message, annotations) = EvictionWords.Pressure(threshold, new(98340 * 1024, 1 << 30), pod.Spec, use);
        Assert.Equal("The node was low on resource: memory. Threshold quantity: 100Mi, available: 98340Ki. Container c was using 12Ki, request is 0, has larger consumption of memory. ", message);
        Assert.Equal(("c", "12Ki", "memory"), (annotations["offending_containers"], annotations["offending_containers_usage"], annotations["starved_resource"]));
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1000, "1k")]
    [InlineData(1024, "1Ki")]
    [InlineData(104857600, "100Mi")]
    [InlineData(104857601, "104857601")]
    public void Bytes_are_written_with_the_largest_whole_suffix(long bytes, string text) => Assert.Equal(text, QuantityText.Binary(bytes));

    [Theory]
    [InlineData("", "MemoryPressure", true)]
    [InlineData("", "DiskPressure", true)]
    [InlineData("\"tolerations\": [ { \"key\": \"node.kubernetes.io/memory-pressure\", \"operator\": \"Exists\" } ]", "MemoryPressure", false)]
    [InlineData("\"tolerations\": [ { \"operator\": \"Exists\" } ]", "DiskPressure", true)]
    [InlineData("\"priority\": 2000000000", "DiskPressure", false)]
    [InlineData("\"containers\": [ { \"name\": \"c\", \"image\": \"i\", \"resources\": { \"requests\": { \"memory\": \"1Mi\" } } } ]", "MemoryPressure", false)]
    [InlineData("\"containers\": [ { \"name\": \"c\", \"image\": \"i\", \"resources\": { \"requests\": { \"memory\": \"1Mi\" } } } ]", "DiskPressure MemoryPressure", true)]
    public void Node_under_pressure_takes_only_what_it_can(string spec, string conditions, bool refused)
    {
        var pressure = new NodePressure();
        pressure.Set(conditions.Split(' '));
        Assert.Equal(refused ? ("Evicted", $"The node had condition: [{conditions}]. ") : null, pressure.Refuse(Pod(spec)));
    }

    [Fact]
    public void Images_go_least_recently_used_first_and_new_ones_stay()
    {
        var now = Seen.Now;
        (string, ImageTime)[] images =
        [
            ("used-lately", new(now.AddHours(-9), now.AddMinutes(-5))),
            ("new", new(now.AddMinutes(-1), now.AddMinutes(-1))),
            ("old", new(now.AddHours(-3), now.AddHours(-2))),
            ("older", new(now.AddHours(-4), now.AddHours(-2))),
        ];
        Assert.Equal(["older", "old", "used-lately"], ImageCollector.Order(images, TimeSpan.FromMinutes(2), now).Select(image => image.Id));
    }

    [Fact]
    public void Image_times_remember_the_last_use_and_forget_what_is_gone()
    {
        var first = ImageTimes.Next(ImmutableDictionary<string, ImageTime>.Empty, [("a", true), ("b", false)], Seen.Now);
        var next = ImageTimes.Next(first, [("a", false)], Seen.Now.AddHours(1));
        Assert.Equal(new(Seen.Now, Seen.Now), Assert.Single(next).Value);
    }

    private static PodView Pod(string spec) => Seen.Pod(spec.Length > 0 ? $", {spec}" : "");

    private static (PodView Pod, PodUse Use) Named(string name, string spec, PodUse use)
    {
        var pod = Pod(spec);
        pod.Object.Metadata.Name = name;
        return (pod, use);
    }

    private static string Asking(string resource, string amount) =>
        $"\"containers\": [ {{ \"name\": \"c\", \"image\": \"i\", \"resources\": {{ \"requests\": {{ \"{resource}\": \"{amount}\" }} }} }} ]";

    private static PodUse Memory(int mebibytes) => new([new("c", Memory: mebibytes * Mi)], new Dictionary<string, long>());
}
