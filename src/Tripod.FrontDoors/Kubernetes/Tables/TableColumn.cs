namespace Tripod.FrontDoors.Kubernetes.Tables;

/// <param name="Name">As the heading shows it.</param>
/// <param name="Description">For whoever asks the API what the column means.</param>
/// <param name="Type">A JSON schema type.</param>
/// <param name="Format"><c>name</c> marks the column that names the object.</param>
/// <param name="Wide">Shown with <c>-o wide</c> only.</param>
internal sealed record TableColumn(string Name, string Description, string Type = "string", string Format = "", bool Wide = false)
{
    public static TableColumn ObjectName { get; } = new("Name", "the object's name, unique among its kind in its namespace", Format: "name");

    public static TableColumn Age { get; } = new("Age", "how long ago the object was created");
}
