using System.Runtime.InteropServices;

namespace Tripod.Linux.Networking;

/// <summary>
/// Commands to the kernel's packet filter through libnftables (libnftables(3)), without a process. All commands of
/// one call are one transaction: they take effect together or not at all. They go to the network namespace in which
/// the process made its first call.
/// </summary>
public static partial class Nftables
{
    private const string Library = "libnftables.so.1";
    private const uint NFT_CTX_OUTPUT_JSON = 1 << 4;
    private const int NETLINK_NETFILTER = 12;

    private static readonly Lock Gate = new();

    // Kept, as closing its socket waits until the kernel has freed what was removed: over 10 ms.
    private static nint context;

    /// <summary>Runs commands as nft(8) reads them.</summary>
    public static void Run(string commands) => Run(commands, outputFlags: 0);

    /// <summary>Runs a listing command and returns its JSON (libnftables-json(5)).</summary>
    public static string List(string command) => Run(command, NFT_CTX_OUTPUT_JSON);

    private static string Run(string commands, uint outputFlags)
    {
        lock (Gate)
        {
            if (context == 0)
            {
                context = Open();
            }

            // To ask for buffers again empties them.
            nft_ctx_output_set_flags(context, outputFlags);
            nft_ctx_buffer_output(context);
            nft_ctx_buffer_error(context);
            if (nft_run_cmd_from_buffer(context, commands) == 0)
            {
                return Text(nft_ctx_get_output_buffer(context));
            }

            // What a command that failed left behind in the library goes with the context.
            var error = Text(nft_ctx_get_error_buffer(context)).Trim();
            nft_ctx_free(context);
            context = 0;
            LowDescriptors.Reserve();
            throw new NftablesException(error);
        }
    }

    private static nint Open()
    {
        try
        {
            LowDescriptors.Reserve();
            while (LowDescriptors.LetOneGo())
            {
                var opened = nft_ctx_new(0);
                if (opened == 0)
                {
                    throw new NftablesException("nftables: no context");
                }

                // The library's own socket is open to every program that is started.
                if (NetlinkSocket.CloseAllOnExec(NETLINK_NETFILTER) < LowDescriptors.Limit)
                {
                    return opened;
                }

                nft_ctx_free(opened);
            }

            throw new NftablesException($"nftables: {Library} waits with select(2), and no fd below {LowDescriptors.Limit} is free");
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
