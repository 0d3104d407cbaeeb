using Tripod.Runtime.Oci;
using Xunit;

namespace Tripod.UnitTests.Runtime.Oci;

public sealed class SeLinuxLabelsTests
{
    [Theory]
    [InlineData("system_u:system_r:container_t:s0:c1,c2", "system_u:object_r:container_file_t:s0:c1,c2")]
    [InlineData("system_u:system_r:spc_t:s0", "system_u:object_r:container_file_t:s0")]
    public void Files_have_their_own_type_at_the_level_of_the_processes(string process, string files) => Assert.Equal(files, SeLinuxLabels.OfFiles(process));
}
