using Tripod.Linux;
using Tripod.Linux.Processes;
using Xunit;

namespace Tripod.UnitTests.Linux.Processes;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Child_has_its_own_fds_whatever_their_numbers_are_here()
    {
        var kept = new List<FileDescriptor>();
        try
        {
            for (var i = 0; i < 600; i++)
            {
                var (read, write) = Pipe.Create();
                kept.Add(read);
                if (i % 2 == 0)
                {
                    // The next pipe's ends change places with odd and even numbers.
                    kept.Add(Pipe.DevNull());
                }

                if (write.Number is < 16 or (> 490 and < 520))
                {
                    var pid = await ChildProcess.Start(new() { Command = ["sh", "-c", "echo mine >&3"], Descriptors = [null, null, null, write, read] });
                    write.Dispose();
                    Assert.Equal("mine", Pipe.ReadLine(read));
                    Assert.Equal(0, await ChildProcess.End(pid));
                }

                kept.Add(write);
            }
        }
        finally
        {
            kept.ForEach(one => one.Dispose());
        }
    }
}
