using Tripod.Serve;

namespace Tripod.Client;

/// <summary>A step for a user's configuration: what it does, and how; no action where there is nothing to do.</summary>
internal sealed record UserChange(string Description, Action? Action);

/// <summary>An entry named tripod in some client's configuration.</summary>
internal interface IUserContext
{
    const string Name = "tripod";

    UserChange Addition(EngineRecord engine);

    UserChange Removal();
}
