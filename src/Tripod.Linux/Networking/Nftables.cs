using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>
/// Commands to the kernel's packet filter through libnftables (libnftables(3)), without a process. All commands of
/// one call are one transaction: they take effect together or not at all.
/// </summary>
public static partial class Nftables
{
    private const string Library = "libnftables.so.1";
    private const uint NFT_CTX_OUTPUT_JSON = 1 << 4;

    // The library has state of its own outside its contexts.
    private static readonly Lock Gate = new();

    /// <summary>Runs commands as nft(8) reads them.</summary>
    public static void Run(string commands) => Run(commands, outputFlags: 0);

    /// <summary>Runs a listing command and returns its JSON (libnftables-json(5)).</summary>
    public static string List(string command) => Run(command, NFT_CTX_OUTPUT_JSON);

    private static string Run(string commands, uint outputFlags)
    {
        lock (Gate)
        {
            var context = New();
            try
            {
                nft_ctx_output_set_flags(context, outputFlags);
                nft_ctx_buffer_output(context);
                nft_ctx_buffer_error(context);
                if (nft_run_cmd_from_buffer(context, commands) != 0)
                {
                    throw new NftablesException(Text(nft_ctx_get_error_buffer(context)).Trim());
                }

                return Text(nft_ctx_get_output_buffer(context));
            }
            finally
            {
                nft_ctx_free(context);
            }
        }
    }

    private static nint New()
    {
        try
        {
            var context = nft_ctx_new(0);
            return context != 0 ? context : throw new NftablesException("nftables: no netlink socket");
        }
        catch (DllNotFoundException e)
        {
            throw new NftablesException($"nftables: {Library} is missing: install the package libnftables1", e);
        }
    }

    private static string Text(nint buffer) => Marshal.PtrToStringUTF8(buffer) ?? "";

    [LibraryImport(Library)]
    private static partial nint nft_ctx_new(uint flags);

    [LibraryImport(Library)]
    private static partial void nft_ctx_free(nint context);

    [LibraryImport(Library)]
    private static partial void nft_ctx_output_set_flags(nint context, uint flags);

    [LibraryImport(Library)]
    private static partial int nft_ctx_buffer_output(nint context);

    [LibraryImport(Library)]
    private static partial int nft_ctx_buffer_error(nint context);

    [LibraryImport(Library)]
    private static partial nint nft_ctx_get_output_buffer(nint context);

    [LibraryImport(Library)]
    private static partial nint nft_ctx_get_error_buffer(nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int nft_run_cmd_from_buffer(nint context, string commands);
}
