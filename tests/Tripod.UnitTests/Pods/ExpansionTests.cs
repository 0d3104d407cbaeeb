using Tripod.Pods.Starting;
using Xunit;

namespace Tripod.UnitTests.Pods;

public sealed class ExpansionTests
{
    [Theory]
    [InlineData("$(A)", "1")]
    [InlineData("x$(A)y$(A)", "x1y1")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$(MISSING)", "$(MISSING)")]
    [InlineData("$A ${A} $", "$A ${A} $")]
    [InlineData("$(A", "$(A")]
    public void Names_in_parentheses_are_replaced_where_they_are_known(string text, string expected) =>
        Assert.Equal(expected, Expansion.Expand(text, new Dictionary<string, string> { ["A"] = "1" }));
}
