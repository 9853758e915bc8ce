using System.Net;
using System.Net.Sockets;

namespace CloudWall.Access.Addresses;

/// <summary>
/// Whom an address stands for when sign-ins are counted. Whoever has one IPv6 address has 2^64 of them, so those count as one; and an IPv4
/// address counts as itself however it is written.
/// </summary>
/// <param name="High">The upper half of the address, an IPv4 address mapped to IPv6.</param>
/// <param name="Low">The lower half; 0 for IPv6.</param>
public readonly record struct ClientAddress(ulong High, ulong Low)
{
    /// <summary>The client at an address; null stands for one that has none.</summary>
    public static ClientAddress Of(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        Span<byte> bytes = stackalloc byte[16];
        var isFour = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        (isFour ? address.MapToIPv6() : address).TryWriteBytes(bytes, out _);
        var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return new ClientAddress(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), isFour ? low : 0);
    }

    /// <summary>The network around the client: 24 bits of an IPv4 address, 48 of an IPv6 address.</summary>
    public ClientAddress Network => Low == 0 ? new ClientAddress(High & ~0xFFFFUL, 0) : new ClientAddress(High, Low & ~0xFFUL);
}
