using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Access.Addresses;
using CloudWall.Access.Caching;

namespace CloudWall.Access.Lockouts;

/// <summary>
/// Counts failed sign-ins by name and address, as CouchDB 3.5 does. A lock therefore never keeps a user out who signs in from elsewhere, and a
/// new password ends it. Anyone may send any name, so a table holds none: it holds keyed digests, all of the same small size.
/// </summary>
/// <param name="options">The bounds now. Those of memory and time are read once.</param>
/// <param name="time">The clock.</param>
public sealed class LockoutTable(Func<LockoutOptions> options, TimeProvider time)
{
    private readonly RecentEntries<UInt128, int> _failures =
        new(options().MaxObjects, options().MaxLifetime, isRenewedByUse: false, time);

    private readonly byte[] _key = Encoding.ASCII.GetBytes(Secrets.NewSecret());

    /// <summary>Whether a sign-in is refused, or would be.</summary>
    /// <param name="client">Who signs in.</param>
    /// <param name="name">As whom.</param>
    /// <param name="salt">The salt of that user's password; empty where there is no such user.</param>
    public LockoutMode Judge(ClientAddress client, string name, string salt)
    {
        var current = options();
        return current.Mode != LockoutMode.Off && _failures.Count > 0
            && _failures.TryGet(Digest(client, name, salt), out var failures) && failures >= current.Threshold
            ? current.Mode
            : LockoutMode.Off;
    }

    /// <summary>Counts a failure.</summary>
    /// <param name="client">Who failed.</param>
    /// <param name="name">As whom.</param>
    /// <param name="salt">The salt of that user's password; empty where there is no such user.</param>
    public void Count(ClientAddress client, string name, string salt)
    {
        if (options().Mode != LockoutMode.Off)
        {
            _failures.Set(Digest(client, name, salt), static failures => failures == int.MaxValue ? failures : failures + 1);
        }
    }

    private UInt128 Digest(ClientAddress client, string name, string salt)
    {
        Span<byte> head = stackalloc byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(head, client.High);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], client.Low);
        BinaryPrimitives.WriteInt32LittleEndian(head[16..], name.Length);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(head);
        hash.AppendData(MemoryMarshal.AsBytes(name.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(salt.AsSpan()));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
