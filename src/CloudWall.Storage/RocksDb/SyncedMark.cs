using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// A file beside a store that records which commits were synced. Each synced commit takes a free lane and writes the lane's next number
/// into the store in its own batch. After the sync, and before the caller learns of it, the number is written to this file. A recovered
/// store with a lower number in some lane has lost commits. A higher number is normal after a crash, with or without a torn log tail.
/// </summary>
/// <remarks>
/// The file is not synced while the store is in use. It survives the end of the process. After a power failure it may be as old as the
/// system's last write-back (half a minute on Linux), but it is never ahead of the log. Each lane has two slots in different disk sectors,
/// which are written alternately: a torn write leaves the other intact.
/// </remarks>
internal sealed class SyncedMark : IDisposable
{
    /// <summary>
    /// The number of concurrent commits that get a lane. Further commits go without a number: the next number of any lane covers them.
    /// </summary>
    public const int Lanes = 64;

    private const int HalfLength = Lanes * SlotLength;
    private const int SlotLength = 64;
    private const int LineLength = 38;

    private readonly SafeFileHandle _file;
    private readonly ulong[] _numbers;
    private readonly Lock _closing = new();
    private ulong _taken;

    private SyncedMark(SafeFileHandle file, ulong[] numbers)
    {
        _file = file;
        _numbers = numbers;
    }

    /// <summary>Reads a mark.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The number of each lane; null if the file does not exist.</returns>
    /// <exception cref="InvalidDataException">The file is corrupt.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ulong[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var content = File.ReadAllBytes(path);
        if (content.Length != 2 * HalfLength)
        {
            throw new InvalidDataException($"The file {path} is truncated.");
        }

        var numbers = new ulong[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            var first = Parse(content, lane, half: 0);
            var second = Parse(content, lane, half: 1);
            numbers[lane] = first is null && second is null
                ? throw new InvalidDataException($"The file {path} is corrupt.")
                : Math.Max(first ?? 0, second ?? 0);
        }

        return numbers;
    }

    /// <summary>Creates or resets a mark durably, and opens it for updates.</summary>
    /// <param name="path">The file.</param>
    /// <param name="numbers">The number of each lane in the store.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process may not write the file.</exception>
    public static SyncedMark Set(string path, ulong[] numbers)
    {
        var content = new byte[2 * HalfLength];
        content.AsSpan().Fill((byte)'\n');
        for (var lane = 0; lane < Lanes; lane++)
        {
            Format(lane, numbers[lane], content.AsSpan(lane * SlotLength));
            Format(lane, numbers[lane], content.AsSpan(HalfLength + (lane * SlotLength)));
        }

        DurableDirectory.Replace(path, content, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new SyncedMark(File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read), [.. numbers]);
    }

    /// <summary>Takes a lane for a commit; call <see cref="Leave"/> afterwards.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="number">The number that the commit must write.</param>
    /// <returns>False if all lanes are taken.</returns>
    public bool TryEnter(out int lane, out ulong number)
    {
        for (var taken = Volatile.Read(ref _taken); taken != ulong.MaxValue; taken = Volatile.Read(ref _taken))
        {
            lane = BitOperations.TrailingZeroCount(~taken);
            if (Interlocked.CompareExchange(ref _taken, taken | (1UL << lane), taken) == taken)
            {
                number = _numbers[lane] + 1;
                return true;
            }
        }

        lane = 0;
        number = 0;
        return false;
    }

    /// <summary>Returns a lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="synced">Whether the commit is durable. If not, its outcome is unknown, and its number is used again.</param>
    public void Leave(int lane, bool synced)
    {
        if (synced)
        {
            var number = ++_numbers[lane];
            Span<byte> line = stackalloc byte[LineLength];
            Format(lane, number, line);
            try
            {
                RandomAccess.Write(_file, line, ((long)(number % 2) * HalfLength) + (lane * SlotLength));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // The commit is durable; the mark is only out of date. The lane's next commit updates it.
            }
        }

        Interlocked.And(ref _taken, ~(1UL << lane));
    }

    /// <summary>Syncs the mark and closes the file.</summary>
    public void Dispose()
    {
        lock (_closing)
        {
            if (_file.IsClosed)
            {
                return;
            }

            try
            {
                RandomAccess.FlushToDisk(_file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // As above: an old mark is harmless.
            }

            _file.Dispose();
        }
    }

    private static void Format(int lane, ulong number, Span<byte> line)
    {
        number.TryFormat(line, out _, "d20", CultureInfo.InvariantCulture);
        line[20] = (byte)' ';
        Hash(lane, number).TryFormat(line[21..], out _, "x16", CultureInfo.InvariantCulture);
        line[37] = (byte)'\n';
    }

    private static ulong? Parse(ReadOnlySpan<byte> content, int lane, int half)
    {
        var line = content.Slice((half * HalfLength) + (lane * SlotLength), LineLength);
        return ulong.TryParse(line[..20], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && ulong.TryParse(line[21..37], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
            && hash == Hash(lane, number)
                ? number
                : null;
    }

    private static ulong Hash(int lane, ulong number)
    {
        var name = "CloudWall synced"u8;
        Span<byte> text = stackalloc byte[name.Length + sizeof(int) + sizeof(ulong)];
        name.CopyTo(text);
        BinaryPrimitives.WriteInt32BigEndian(text[name.Length..], lane);
        BinaryPrimitives.WriteUInt64BigEndian(text[(name.Length + sizeof(int))..], number);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
