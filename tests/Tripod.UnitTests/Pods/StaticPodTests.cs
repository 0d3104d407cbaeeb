using Tripod.FrontDoors.Kubernetes;
using Tripod.Pods.StaticPods;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class StaticPodTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void Node_adds_its_name_and_the_contents_hash()
    {
        var pod = StaticPod.Make(StaticManifest.Read(Manifest()).Pod, "/m/web.yaml", "Node1", 7, Now);
        var uid = (string)pod["metadata"]!["uid"]!;
        Assert.Equal(("web-node1", "default", "Node1", 32), ((string)pod["metadata"]!["name"]!, (string)pod["metadata"]!["namespace"]!, (string)pod["spec"]!["nodeName"]!, uid.Length));
        Assert.Equal((uid, "file"), ((string)pod["metadata"]!["annotations"]!["kubernetes.io/config.hash"]!, (string)pod["metadata"]!["annotations"]!["kubernetes.io/config.source"]!));
        Assert.Equal("""[{"operator":"Exists","effect":"NoExecute"}]""", pod["spec"]!["tolerations"]!.ToJsonString());

        Assert.Equal(uid, Uid(Manifest(), "/m/web.yaml", "Node1"));
        Assert.NotEqual(uid, Uid(Manifest("image: other"), "/m/web.yaml", "Node1"));
        Assert.NotEqual(uid, Uid(Manifest(), "/m/other.yaml", "Node1"));
        Assert.NotEqual(uid, Uid(Manifest(), "/m/web.yaml", "Node2"));

        var mirror = StaticPod.Mirror(pod, "node-uid", Now);
        Assert.Equal(uid, (string)mirror["metadata"]!["annotations"]!["kubernetes.io/config.mirror"]!);
        Assert.NotEqual(uid, (string)mirror["metadata"]!["uid"]!);
        Assert.Equal("""[{"apiVersion":"v1","kind":"Node","name":"Node1","uid":"node-uid","controller":true}]""", mirror["metadata"]!["ownerReferences"]!.ToJsonString());
        Assert.DoesNotContain("tripod.dev/static-file", mirror.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("volumes: [ { name: v, configMap: { name: c } } ]", "static pods may not reference configmaps")]
    [InlineData("volumes: [ { name: v, secret: { secretName: c } } ]", "static pods may not reference secrets")]
    [InlineData("volumes: [ { name: v, projected: { sources: [ { secret: { name: c } } ] } } ]", "static pods may not reference secrets")]
    [InlineData("volumes: [ { name: v, persistentVolumeClaim: { claimName: c } } ]", "static pods may not reference persistentvolumeclaims")]
    [InlineData("serviceAccountName: robot", "static pods may not reference serviceaccounts")]
    [InlineData("initContainers: [ { name: i, image: a, envFrom: [ { configMapRef: { name: c } } ] } ]", "static pods may not reference configmaps")]
    [InlineData("resourceClaims: [ { name: r, resourceClaimName: c } ]", "static pods may not reference resourceclaims")]
    [InlineData("restartPolicy: Sometimes", "invalid pod: spec.restartPolicy: Unsupported value: \"Sometimes\"")]
    [InlineData("containers: 3", "line ")]
    public void What_needs_the_API_or_is_wrong_is_refused(string spec, string why) =>
        Assert.Contains(why, Assert.Throws<ManifestException>(() => StaticManifest.Read($"{Manifest()}\n  {spec}")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "a file describes one pod")]
    [InlineData("kind: Service\napiVersion: v1", "cannot be handled as a Pod")]
    [InlineData("apiVersion: v1", "'Kind' is missing")]
    [InlineData("kind: Pod\nmetadata: {}", "needs a name of its own")]
    [InlineData("a: [", "line ")]
    public void A_file_describes_one_pod(string text, string why) =>
        Assert.Contains(why, Assert.Throws<ManifestException>(() => StaticManifest.Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Fields_that_nobody_knows_are_told_of_and_JSON_is_read_too()
    {
        Assert.Equal(["unknown field \"spec.colour\""], StaticManifest.Read($"{Manifest()}\n  colour: red").Warnings);
        Assert.Equal("web", (string?)StaticManifest.Read("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"c","image":"a"}]}}""").Pod["metadata"]!["name"]);
    }

    [Theory]
    [InlineData("web.yaml", true)]
    [InlineData("web", true)]
    [InlineData("web.json", true)]
    [InlineData(".web.yaml.swp", false)]
    [InlineData(".hidden", false)]
    [InlineData("web.yaml~", false)]
    [InlineData("web.yaml.tmp", false)]
    [InlineData("#web.yaml#", false)]
    public void Editors_own_files_describe_nothing(string name, bool describes) => Assert.Equal(describes, StaticPod.IsManifest(name));

    private static string Uid(string manifest, string file, string node) => (string)StaticPod.Make(StaticManifest.Read(manifest).Pod, file, node, 0, Now)["metadata"]!["uid"]!;

    private static string Manifest(string image = "image: busybox") => $"""
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
        spec:
          containers:
          - name: c
            {image}
        """;
}
