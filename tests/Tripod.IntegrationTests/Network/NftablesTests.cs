using Tripod.Linux;
using Tripod.Linux.Networking;
using Tripod.Linux.Processes;
using Xunit;

namespace Tripod.IntegrationTests.Network;

public sealed class NftablesTests
{
    [Fact]
    public void Process_with_many_files_open_goes_on_after_a_command_that_failed()
    {
        Assert.Contains("nftables", Nftables.List("list tables"), StringComparison.Ordinal);
        var kept = new List<FileDescriptor>();
        try
        {
            while (kept.Count == 0 || kept[^1].Number < 1100)
            {
                kept.Add(Pipe.DevNull());
            }

            for (var i = 0; i < 3; i++)
            {
                Assert.Throws<NftablesException>(() => Nftables.Run("delete table ip none-of-that-name"));
                // Somebody else takes the number that the library has given back.
                kept.Add(Pipe.DevNull());
                Assert.Contains("nftables", Nftables.List("list tables"), StringComparison.Ordinal);
            }
        }
        finally
        {
            kept.ForEach(one => one.Dispose());
        }
    }
}
