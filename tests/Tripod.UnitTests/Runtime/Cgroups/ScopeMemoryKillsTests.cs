using Tripod.Runtime.Cgroups;
using Xunit;

namespace Tripod.UnitTests.Runtime.Cgroups;

public sealed class ScopeMemoryKillsTests
{
    private const string One = "/a.slice/one.scope", Two = "/a.slice/two.scope";

    [Fact]
    public void Kill_that_only_the_slice_still_tells_of_is_put_down_to_the_scope_that_ended_and_to_no_other()
    {
        var kills = new ScopeMemoryKills();
        kills.Note(One, 2);
        kills.Note(Two, 2);
        Assert.True(kills.WasOutOfMemory(One, own: false, above: 3));
        Assert.False(kills.WasOutOfMemory(Two, own: false, above: 3));
    }

    [Fact]
    public void Slice_that_is_made_again_counts_from_nought()
    {
        var kills = new ScopeMemoryKills();
        kills.Note(One, 2);
        kills.Forget("/a.slice");
        kills.Note(One, 0);
        Assert.True(kills.WasOutOfMemory(One, own: false, above: 1));
    }

    [Fact]
    public void Engine_that_has_begun_later_puts_nothing_down_to_a_scope_but_what_that_says_itself()
    {
        Assert.False(new ScopeMemoryKills().WasOutOfMemory(One, own: false, above: 5));
        Assert.True(new ScopeMemoryKills().WasOutOfMemory(One, own: true, above: 5));
    }
}
