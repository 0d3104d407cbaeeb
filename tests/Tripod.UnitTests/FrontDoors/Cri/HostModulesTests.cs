using Tripod.FrontDoors.Cri.Containers;
using Tripod.FrontDoors.Cri.Protocol;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Cri;

public sealed class HostModulesTests
{
    [Theory]
    [InlineData("", "", "", "", "")]
    [InlineData("", "", "spc_t", "s0", "system_u:system_r:spc_t:s0")]
    [InlineData("", "", "", "s0:c1,c2", "system_u:system_r:container_t:s0:c1,c2")]
    [InlineData("user_u", "role_r", "type_t", "s0:c3", "user_u:role_r:type_t:s0:c3")]
    public void Label_is_whole_whatever_part_of_it_is_named(string user, string role, string type, string level, string written) =>
        Assert.Equal(written, HostModules.Written(new SELinuxOption { User = user, Role = role, Type = type, Level = level }));
}
