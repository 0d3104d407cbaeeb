using System.Globalization;
using System.Text;
using Tripod.FrontDoors.Kubernetes.Schema;

namespace Tripod.FrontDoors.Kubernetes.Bodies;

/// <summary>Where in a document a value stands. A chain upwards; text is made only when an error needs it.</summary>
internal sealed class Place
{
    private readonly string? name;
    private readonly int index;

    public Place(Place? parent, string name)
    {
        Parent = parent;
        this.name = name;
    }

    public Place(Place? parent, int index)
    {
        Parent = parent;
        this.index = index;
    }

    public Place? Parent { get; }

    /// <summary>The type of the object at this place, where it has one.</summary>
    public SchemaType? Type { get; set; }

    /// <summary>As <c>spec.containers[0].image</c>.</summary>
    public override string ToString() => Write(withIndexes: true);

    /// <summary>As <c>spec.containers.image</c>, the form of Go's decoder.</summary>
    public string WithoutIndexes() => Write(withIndexes: false);

    private string Write(bool withIndexes)
    {
        var text = new StringBuilder();
        Append(text, withIndexes);
        return text.ToString();
    }

    private void Append(StringBuilder text, bool withIndexes)
    {
        Parent?.Append(text, withIndexes);
        if (name is null)
        {
            if (withIndexes)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            }
            return;
        }
        if (text.Length > 0)
        {
            text.Append('.');
        }
        text.Append(name);
    }
}
