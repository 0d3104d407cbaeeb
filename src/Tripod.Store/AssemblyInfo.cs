using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Tripod.UnitTests")]
