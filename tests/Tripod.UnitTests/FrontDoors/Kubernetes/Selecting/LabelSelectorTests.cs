using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Selecting;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Selecting;

public sealed class LabelSelectorTests
{
    private const string Labelled = "{'metadata':{'labels':{'app':'web','tier':'front','n':'7','example.com/x':''}}}";

    [Theory]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData("app = web , tier = front", true)]
    [InlineData("app=db", false)]
    [InlineData("app!=db", true)]
    [InlineData("other!=db", true)]
    [InlineData("app!=web", false)]
    [InlineData("app", true)]
    [InlineData("other", false)]
    [InlineData("!other", true)]
    [InlineData("! app", false)]
    [InlineData("app in (web,db)", true)]
    [InlineData("app in (db)", false)]
    [InlineData("app notin (db),tier in (front)", true)]
    [InlineData("other notin (db)", true)]
    [InlineData("app notin (web)", false)]
    [InlineData("n>6,n<8", true)]
    [InlineData("n>7", false)]
    [InlineData("example.com/x=", true)]
    [InlineData("example.com/x in ()", true)]
    [InlineData("app=", false)]
    [InlineData("", true)]
    public void Selector_lets_through_what_meets_all_of_its_requirements(string selector, bool expected) =>
        Assert.Equal(expected, LabelSelector.Parse(selector).Matches(Stored.Element(Labelled)));

    [Theory]
    [InlineData("=web")]
    [InlineData("app=web,")]
    [InlineData("app=web tier")]
    [InlineData("app in web")]
    [InlineData("app in (web")]
    [InlineData("app in (a,b))")]
    [InlineData("app===web")]
    [InlineData("app=-web")]
    [InlineData("app>x")]
    [InlineData("a/b/c=d")]
    [InlineData(",")]
    [InlineData("!")]
    public void Malformed_selector_is_a_bad_request(string selector)
    {
        var refusal = Assert.Throws<ApiException>(() => LabelSelector.Parse(selector));
        Assert.Equal(400, refusal.Code);
        Assert.StartsWith("unable to parse requirement: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Object_without_labels_meets_only_what_asks_for_absence()
    {
        var bare = Stored.Element("{'metadata':{'name':'a'}}");
        Assert.True(LabelSelector.Parse("!app,tier!=x").Matches(bare));
        Assert.False(LabelSelector.Parse("app").Matches(bare));
    }
}
