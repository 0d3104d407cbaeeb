// The part of the System namespace that the C# compiler and ilc look for by name, and nothing of what it usually does.
// Layouts that are a contract with the compilers: Object's first word, String's Length, Array's Length.

namespace System
{
    public class Object
    {
        private readonly IntPtr methodTable;
    }

    public struct Void { }
    public struct Boolean { }
    public struct Char { }
    public struct SByte { }
    public struct Byte { }
    public struct Int16 { }
    public struct UInt16 { }
    public struct Int32 { }
    public struct UInt32 { }
    public struct Int64 { }
    public struct UInt64 { }
    public struct IntPtr { }
    public struct UIntPtr { }
    public struct Single { }
    public struct Double { }
    public struct RuntimeTypeHandle { }
    public struct RuntimeMethodHandle { }
    public struct RuntimeFieldHandle { }
    public struct Nullable<T> where T : struct { }
    public abstract class ValueType { }
    public abstract class Enum : ValueType { }
    public class Attribute { }
    public class Exception { }
    public abstract class Delegate { }
    public abstract class MulticastDelegate : Delegate { }

    public sealed class String
    {
        public readonly int Length;
    }

    public abstract class Array
    {
        private readonly int length;
    }

    internal class Array<T> : Array { }

    public enum AttributeTargets
    {
        All = 0x7FFF,
    }

    public sealed class AttributeUsageAttribute : Attribute
    {
        public bool AllowMultiple { get; set; }
        public bool Inherited { get; set; }

        public AttributeUsageAttribute(AttributeTargets targets)
        {
        }
    }

    /// <summary>Bytes of the program itself; the C# compiler makes one of a literal.</summary>
    public readonly unsafe ref struct ReadOnlySpan<T>
    {
        public readonly void* Start;
        public readonly int Length;

        public ReadOnlySpan(void* start, int length)
        {
            Start = start;
            Length = length;
        }

        // Looked for by the compiler, never called.
        public ReadOnlySpan(T[] array)
        {
            Start = null;
            Length = 0;
        }

        public ReadOnlySpan(T[] array, int start, int length)
        {
            Start = null;
            Length = 0;
        }
    }
}

namespace System.Runtime
{
    /// <summary>Gives a method a name in the object file.</summary>
    internal sealed class RuntimeExportAttribute : Attribute
    {
        public RuntimeExportAttribute(string name)
        {
        }
    }
}

namespace System.Runtime.CompilerServices
{
    public static class RuntimeFeature
    {
        public const string UnmanagedSignatureCallingConvention = "UnmanagedSignatureCallingConvention";
        public const string ByRefFields = "ByRefFields";
    }

    public enum MethodImplOptions
    {
        NoInlining = 8,
    }

    public sealed class MethodImplAttribute : Attribute
    {
        public MethodImplAttribute(MethodImplOptions options)
        {
        }
    }

    public sealed class IsReadOnlyAttribute : Attribute { }
    public sealed class IsByRefLikeAttribute : Attribute { }
    public class CallConvCdecl { }

    public sealed class CompilerFeatureRequiredAttribute : Attribute
    {
        public CompilerFeatureRequiredAttribute(string name)
        {
        }
    }
}

namespace System.Runtime.InteropServices
{
    public enum LayoutKind
    {
        Sequential = 0,
        Explicit = 2,
        Auto = 3,
    }

    public sealed class StructLayoutAttribute : Attribute
    {
        public int Pack;
        public int Size;

        public StructLayoutAttribute(LayoutKind kind)
        {
        }
    }

    public sealed class UnmanagedCallersOnlyAttribute : Attribute { }
}

namespace Internal.Runtime.CompilerHelpers
{
    /// <summary>ilc asks for this class by name; there is nothing to start, and no collector to be told of calls in and out.</summary>
    internal static class StartupCodeHelpers
    {
        [System.Runtime.RuntimeExport("RhpPInvoke")]
        private static void PInvoke(nint frame)
        {
        }

        [System.Runtime.RuntimeExport("RhpPInvokeReturn")]
        private static void PInvokeReturn(nint frame)
        {
        }

        [System.Runtime.RuntimeExport("RhpReversePInvoke")]
        private static void ReversePInvoke(nint frame)
        {
        }

        [System.Runtime.RuntimeExport("RhpReversePInvokeReturn")]
        private static void ReversePInvokeReturn(nint frame)
        {
        }
    }
}
