using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace Tripod.Linux.FileSystem;

/// <summary>
/// File names are bytes to the kernel, and a layer may hold names that are no UTF-8. In this folder each char of a name
/// stands for one byte (Latin-1), which loses nothing and still lets names be handled as strings.
/// </summary>
public static class ByteString
{
    public static string FromText(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>For people to read; bytes that are no UTF-8 come out as the replacement character.</summary>
    public static string ToText(string name) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(name));
}

/// <summary>Hands a <see cref="ByteString"/> to the kernel: one byte per char and a closing NUL.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(ToKernel))]
internal static unsafe class ByteStringMarshaller
{
    internal ref struct ToKernel
    {
        private byte* allocated;
        private Span<byte> bytes;

        public static int BufferSize => 512;

        public void FromManaged(string? managed, Span<byte> buffer)
        {
            if (managed is null)
            {
                return;
            }

            var length = managed.Length + 1;
            if (length > buffer.Length)
            {
                allocated = (byte*)NativeMemory.Alloc((nuint)length);
                buffer = new Span<byte>(allocated, length);
            }

            Encoding.Latin1.GetBytes(managed, buffer);
            buffer[managed.Length] = 0;
            bytes = buffer;
        }

        public readonly ref byte GetPinnableReference() => ref MemoryMarshal.GetReference(bytes);

        public readonly byte* ToUnmanaged() => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));

        public readonly void Free() => NativeMemory.Free(allocated);
    }
}
