using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Http;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes.Http;

public sealed class AcceptedTests
{
    [Theory]
    [InlineData("", "Objects")]
    [InlineData("*/*", "Objects")]
    [InlineData("application/json", "Objects")]
    [InlineData("application/vnd.kubernetes.protobuf,application/json", "Protobuf")]
    [InlineData("application/vnd.kubernetes.protobuf;stream=watch", "Protobuf")]
    [InlineData("application/json,application/vnd.kubernetes.protobuf", "Objects")]
    [InlineData("application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "Table")]
    [InlineData("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "Table")]
    [InlineData("application/json;as=Table;v=v2;g=meta.k8s.io,application/json", "Objects")]
    [InlineData("application/json; as=PartialObjectMetadataList; v=v1; g=meta.k8s.io, application/json", "Metadata")]
    [InlineData("application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json", "Metadata")]
    public void First_form_that_can_be_sent_is_taken(string accept, string expected) => Assert.Equal(expected, Accepted.Parse(accept).ToString());

    [Theory]
    [InlineData("application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io")]
    [InlineData("text/html")]
    [InlineData("application/json;as=Table;v=v9;g=meta.k8s.io")]
    public void Client_that_takes_none_of_them_is_told_which_there_are(string accept) =>
        Assert.Equal(406, Assert.Throws<ApiException>(() => Accepted.Parse(accept)).Code);

    [Theory]
    [InlineData("application/json", "meta.k8s.io/v1")]
    [InlineData("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "meta.k8s.io/v1beta1")]
    [InlineData("application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io", "meta.k8s.io/v1")]
    public void Tables_and_metadata_come_in_the_version_that_was_asked_for(string accept, string expected) => Assert.Equal(expected, Accepted.MetaVersion(accept));

    [Fact]
    public void What_is_no_table_is_sent_in_the_next_form_that_is_taken()
    {
        const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        Assert.Equal(AnswerForm.Objects, Accepted.Parse($"{Table},application/json", tables: false));
        Assert.Equal(406, Assert.Throws<ApiException>(() => Accepted.Parse(Table, tables: false)).Code);
    }

    [Fact]
    public void Aggregated_discovery_is_asked_for_in_any_order_of_its_parameters()
    {
        Assert.True(Accepted.WantsAggregatedDiscovery("application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,application/json"));
        Assert.False(Accepted.WantsAggregatedDiscovery("application/json"));
    }
}
