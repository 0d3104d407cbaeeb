using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Tripod.FrontDoors.Kubernetes;
using Tripod.FrontDoors.Kubernetes.Bodies;
using Xunit;

namespace Tripod.UnitTests.FrontDoors.Kubernetes;

public sealed class YamlDocumentsTests
{
    [Fact]
    public void Scalars_mean_what_they_mean_to_kubectl()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "FrontDoors", "Kubernetes");
        var actual = YamlDocuments.Read(File.ReadAllText(Path.Combine(folder, "scalars.yaml"))).Single()["extra"]!.AsObject();
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "scalars.json")))!["extra"]!.AsObject();
        var different = expected.Select(e => e.Key).Union(actual.Select(a => a.Key))
            .Where(k => !JsonNode.DeepEquals(expected[k], actual[k]))
            .Select(k => $"{k}: {actual[k]?.ToJsonString() ?? "null"} rather than {expected[k]?.ToJsonString() ?? "null"}");
        Assert.Empty(different);
    }

    [Fact]
    public void Documents_are_split_and_empty_ones_left_out()
    {
        var documents = YamlDocuments.Read("---\n# nothing\n---\na: 1\n---\n\n---\nb: 2\n...\n");
        Assert.Equal(["""{"a":1}""", """{"b":2}"""], documents.Select(d => d.ToJsonString()));
        Assert.Empty(YamlDocuments.Read(""));
    }

    [Fact]
    public void JSON_is_read_with_tabs_and_all() =>
        Docs.Same("{'a':[1,'b']}", YamlDocuments.Read("{\n\t\"a\": [1,\t\"b\"]\n}").Single());

    [Fact]
    public void Aliases_and_merge_keys_are_followed() =>
        Docs.Same("{'a':{'b':1},'c':{'b':1},'d':{'b':3,'e':2}}", YamlDocuments.Read("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2, b: 3}\n").Single());

    [Theory]
    [InlineData("a: 1\nb: {c: 1, c: 2}\n", 2, "key \"c\" already set in map")]
    [InlineData("a: b: c\n", 1, "mapping values are not allowed in this context")]
    [InlineData("a: [*y]\n", 1, "unknown anchor 'y' referenced")]
    [InlineData("a: &b [*b]\n", 1, "contains itself")]
    [InlineData("x: 1\n---\n- 1\n", 3, "must be a mapping")]
    [InlineData("a:\n\t- b\n", 2, "")]
    [InlineData("a: .inf\n", 1, "unsupported value")]
    [InlineData("a: !!int x\n", 1, "cannot decode `x` as a !!int")]
    public void A_fault_names_its_line(string text, int line, string words)
    {
        var fault = Assert.Throws<YamlFault>(() => YamlDocuments.Read(text));
        Assert.Equal(line, fault.Line);
        Assert.StartsWith($"yaml: line {line}: ", fault.Message);
        Assert.Contains(words, fault.Message);
    }

    [Fact]
    public void A_fault_shows_the_line_and_the_place()
    {
        const string Text = """
            spec:
              containers:
              - name: nginx
                image: nginx
                volumeMounts:
                - name: conf
                 mountPath: /etc
            """;
        var fault = Assert.Throws<YamlFault>(() => YamlDocuments.Read(Text));
        Assert.Contains($"\n  {fault.Line} | {Text.Split('\n')[fault.Line - 1]}\n", fault.Message);
        Assert.EndsWith("^", fault.Message);
    }

    [Fact]
    public void Aliases_cannot_blow_up()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 12; i++)
        {
            bomb.Append($"a{i}: &a{i} [*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1},*a{i - 1}]\n");
        }
        var watch = Stopwatch.StartNew();
        Assert.Contains("excessive aliasing", Assert.Throws<YamlFault>(() => YamlDocuments.Read(bomb.ToString())).Message);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Depth_is_bounded() =>
        Assert.Contains("nested too deep", Assert.Throws<YamlFault>(() => YamlDocuments.Read("a: " + new string('[', 10_000))).Message);

    [Fact]
    public void Broken_texts_are_refused_and_never_more()
    {
        const string Genuine = "a: &x {b: [1, 'two', \"th\\u0072ee\"]}\n? |\n  key\n: *x\nd:\n- !!str e\n- <<: *x\n---\nf: >-\n  g\n";
        Gen.Select(Gen.Int[0, Genuine.Length - 1], Gen.OneOf(Gen.Char[' ', '~'], Gen.Const('\t'), Gen.Const('\n')), Gen.Int[1, Genuine.Length])
            .Sample((at, value, length) =>
            {
                var text = new StringBuilder(Genuine) { [at] = value }.ToString(0, length);
                try
                {
                    YamlDocuments.Read(text);
                }
                catch (YamlFault fault)
                {
                    Assert.StartsWith("yaml: line ", fault.Message);
                }
            }, iter: 5000);
    }

    [Fact]
    public void A_body_in_YAML_is_read()
    {
        var body = RequestBody.Decode(
            "application/yaml", Encoding.UTF8.GetBytes("kind: Pod\nspec:\n  volumes:\n  - name: c\n    secret: {secretName: s, defaultMode: 0400}\n"),
            Docs.Kind("Pod"), FieldValidation.Strict);
        Docs.Same("{'apiVersion':'v1','kind':'Pod','spec':{'volumes':[{'name':'c','secret':{'secretName':'s','defaultMode':256}}]}}", body.Object);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: 1\n---\nb: 2\n")]
    [InlineData("")]
    public void A_body_must_be_one_document(string text) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() =>
            RequestBody.Decode("application/yaml", Encoding.UTF8.GetBytes(text), Docs.Kind("Pod"), FieldValidation.Strict)).Code);
}
