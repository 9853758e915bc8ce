using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// A file beside a store that says which commits were synced. Each synced commit takes a lane that no other has at the time, and writes the
/// lane's next number into the store; when the sync is done, and before anybody is told, the number is noted here. A store that has a lower
/// number in a lane than is noted has lost commits; one that has a higher one, torn tail or not, is what a crash leaves.
/// </summary>
/// <remarks>
/// The file is not synced while the store is in use. The end of a process does not harm it. After a power failure it is as old as what
/// the system had not written back by itself (half a minute on Linux), and never ahead of the log. Each lane has two places, in different
/// sectors of the disk, that are written in turn: a torn write leaves the other.
/// </remarks>
internal sealed class SyncedMark : IDisposable
{
    /// <summary>How many commits can be on their way at a time. One more goes without a number: the next in any lane covers it.</summary>
    public const int Lanes = 64;

    private const int HalfLength = Lanes * PlaceLength;
    private const int PlaceLength = 64;
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
    /// <returns>The number of each lane; null where there is no file.</returns>
    /// <exception cref="InvalidDataException">The file is garbled.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ulong[]? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var content = File.ReadAllBytes(path);
        if (content.Length != 2 * HalfLength)
        {
            throw new InvalidDataException($"The file {path} is not whole.");
        }

        var numbers = new ulong[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            var first = Parse(content, lane, half: 0);
            var second = Parse(content, lane, half: 1);
            numbers[lane] = first is null && second is null
                ? throw new InvalidDataException($"The file {path} is garbled.")
                : Math.Max(first ?? 0, second ?? 0);
        }

        return numbers;
    }

    /// <summary>Sets a mark anew, safe on the disk; from then on it follows.</summary>
    /// <param name="path">The file.</param>
    /// <param name="numbers">The number of each lane, as the store has it.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static SyncedMark Set(string path, ulong[] numbers)
    {
        var content = new byte[2 * HalfLength];
        content.AsSpan().Fill((byte)'\n');
        for (var lane = 0; lane < Lanes; lane++)
        {
            Format(lane, numbers[lane], content.AsSpan(lane * PlaceLength));
            Format(lane, numbers[lane], content.AsSpan(HalfLength + (lane * PlaceLength)));
        }

        DurableDirectory.Replace(path, content, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new SyncedMark(File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.Read), [.. numbers]);
    }

    /// <summary>Takes a lane for a commit; <see cref="Leave"/> it afterwards.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="number">What the commit is to write for it.</param>
    /// <returns>False where all are taken.</returns>
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

    /// <summary>Gives a lane back.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="synced">Whether the commit is safe. If not, nobody knows what became of it, and its number is used again.</param>
    public void Leave(int lane, bool synced)
    {
        if (synced)
        {
            var number = ++_numbers[lane];
            Span<byte> line = stackalloc byte[LineLength];
            Format(lane, number, line);
            try
            {
                RandomAccess.Write(_file, line, ((long)(number % 2) * HalfLength) + (lane * PlaceLength));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // The commit is safe, only the mark is older than it might be. The next one of the lane raises it.
            }
        }

        Interlocked.And(ref _taken, ~(1UL << lane));
    }

    /// <summary>Makes the mark safe and lets go of the file.</summary>
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
                // As above.
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
        var line = content.Slice((half * HalfLength) + (lane * PlaceLength), LineLength);
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
