using System.Text.Json.Nodes;
using Tripod.Runtime;
using Tripod.Runtime.Oci;
using Tripod.Runtime.Users;
using Xunit;

namespace Tripod.UnitTests.Runtime.Oci;

public sealed class UserMappingSpecTests
{
    private static readonly ProcessUser Root = new(0, 0, [], "/");

    [Fact]
    public void Mappings_are_written_beside_the_namespace()
    {
        var linux = JsonNode.Parse(SpecWriter.Write(Spec(new([new(0, 1000, 10)], [new(0, 2000, 20)]))))!["linux"]!;
        Assert.Equal("""[{"containerID":0,"hostID":1000,"size":10}]""", linux["uidMappings"]!.ToJsonString());
        Assert.Equal("""[{"containerID":0,"hostID":2000,"size":20}]""", linux["gidMappings"]!.ToJsonString());
        Assert.Null(JsonNode.Parse(SpecWriter.Write(Spec(null)))!["linux"]!["uidMappings"]);
    }

    [Theory]
    [InlineData(0, 0, 0, null)]
    [InlineData(65535, 65535, 65535, null)]
    [InlineData(65536, 0, 0, "user 65536 is outside")]
    [InlineData(0, 65536, 0, "group 65536 is outside")]
    [InlineData(0, 0, 70000, "group 70000 is outside")]
    public void Process_has_ids_of_its_namespace_alone(uint uid, uint gid, uint group, string? problem)
    {
        var user = new ProcessUser(uid, gid, [group], "/");
        var users = UserMappings.From(65536, 65536);
        if (problem is null)
        {
            users.Require(user);
        }
        else
        {
            Assert.StartsWith(problem, Assert.Throws<RuntimeException>(() => users.Require(user)).Message, StringComparison.Ordinal);
        }
    }

    private static ContainerSpec Spec(UserMappings? users) => new()
    {
        RootfsPath = "/r",
        Args = ["x"],
        Env = [],
        User = Root,
        Capabilities = new HashSet<string>(),
        Namespaces = [("user", null)],
        Users = users,
        Mounts = [],
        CgroupsPath = "/c",
    };
}
