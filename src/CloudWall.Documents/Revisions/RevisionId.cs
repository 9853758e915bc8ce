using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CloudWall.Documents.Revisions;

/// <summary>
/// A revision id: the generation and the revision's hash, written <c>3-917fa2381192822767f010b95b45325b</c>. Like CouchDB, it stores a hash
/// of 32 hexadecimal digits as 16 bytes and any other text unchanged, so a text of exactly 16 bytes equals the hexadecimal form of these
/// bytes. Ordered like CouchDB's: by generation, then by the hash's bytes.
/// </summary>
public readonly struct RevisionId : IEquatable<RevisionId>, IComparable<RevisionId>
{
    private readonly UInt128 _hash;
    private readonly byte[]? _text;

    /// <summary>Creates a revision id with a hash of 16 bytes, read as a big-endian number.</summary>
    public RevisionId(long generation, UInt128 hash)
    {
        Generation = generation;
        _hash = hash;
    }

    private RevisionId(long generation, byte[] text)
    {
        Generation = generation;
        _text = text;
    }

    /// <summary>The depth of the revision in its history; 1 for the first. Only the default value, which is no revision, has 0.</summary>
    public long Generation { get; }

    /// <summary>Whether this is the default value, which stands for no revision.</summary>
    public bool IsNone => Generation == 0 && _text is null && _hash == UInt128.Zero;

    /// <summary>The id with the same hash at another generation.</summary>
    internal RevisionId WithGeneration(long generation) =>
        _text is null ? new RevisionId(generation, _hash) : new RevisionId(generation, _text);

    /// <summary>
    /// The number of bytes that <see cref="CopyHashTo"/> writes: 16, except for revisions that were not created by CouchDB.
    /// </summary>
    public int HashLength => _text is null ? 16 : _text.Length;

    /// <summary>Creates a revision id from hash bytes that <see cref="CopyHashTo"/> wrote.</summary>
    public static RevisionId FromHashBytes(long generation, ReadOnlySpan<byte> hash) =>
        hash.Length == 16
            ? new RevisionId(generation, BinaryPrimitives.ReadUInt128BigEndian(hash))
            : new RevisionId(generation, hash.ToArray());

    /// <summary>Parses CouchDB's form <c>N-hash</c>. Upper-case and lower-case hexadecimal digits are equivalent.</summary>
    /// <returns>False if there is no dash, or the generation is negative or not an integer.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out RevisionId revision)
    {
        revision = default;
        var dash = utf8.IndexOf((byte)'-');
        if (dash <= 0)
        {
            return false;
        }

        // Erlang's parser also accepts a plus sign.
        var digits = utf8[0] == '+' ? utf8[1..dash] : utf8[..dash];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
        {
            return false;
        }

        return TryParseHash(generation, utf8[(dash + 1)..], out revision);
    }

    /// <summary>Parses a hash without its generation, as listed in <c>_revisions.ids</c>.</summary>
    /// <returns>False if the text has 32 characters that are not all hexadecimal digits, which CouchDB refuses too.</returns>
    public static bool TryParseHash(long generation, ReadOnlySpan<byte> utf8, out RevisionId revision)
    {
        if (utf8.Length != 32)
        {
            revision = FromHashBytes(generation, utf8);
            return true;
        }

        Span<byte> hash = stackalloc byte[16];
        if (Convert.FromHexString(utf8, hash, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            revision = default;
            return false;
        }

        revision = FromHashBytes(generation, hash);
        return true;
    }

    /// <summary>Parses <c>N-hash</c>.</summary>
    /// <exception cref="FormatException">The text is not a revision id.</exception>
    public static RevisionId Parse(string text) =>
        TryParse(Encoding.UTF8.GetBytes(text), out var revision)
            ? revision
            : throw new FormatException("Invalid rev format");

    /// <summary>Writes the <see cref="HashLength"/> bytes of the hash.</summary>
    public void CopyHashTo(Span<byte> destination)
    {
        if (_text is null)
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination, _hash);
        }
        else
        {
            _text.CopyTo(destination);
        }
    }

    /// <summary>The maximum number of bytes that <see cref="Format"/> and <see cref="FormatHash"/> write for this revision.</summary>
    public int MaxFormattedLength => 21 + (_text is null ? 32 : _text.Length);

    /// <summary>Writes <c>N-hash</c> as UTF-8.</summary>
    /// <returns>The number of bytes written.</returns>
    public int Format(Span<byte> destination)
    {
        if (!Generation.TryFormat(destination, out var written, default, CultureInfo.InvariantCulture))
        {
            throw new ArgumentException("The destination is too short.", nameof(destination));
        }

        destination[written++] = (byte)'-';
        return written + FormatHash(destination[written..]);
    }

    /// <summary>Writes the hash's text as UTF-8: 32 lower-case hexadecimal digits, or the text of a foreign revision.</summary>
    /// <returns>The number of bytes written.</returns>
    public int FormatHash(Span<byte> destination)
    {
        if (_text is not null)
        {
            _text.CopyTo(destination);
            return _text.Length;
        }

        Span<byte> hash = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(hash, _hash);
        Convert.TryToHexStringLower(hash, destination, out var written);
        return written;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        Span<byte> buffer = MaxFormattedLength <= 256 ? stackalloc byte[MaxFormattedLength] : new byte[MaxFormattedLength];
        return Encoding.UTF8.GetString(buffer[..Format(buffer)]);
    }

    /// <inheritdoc/>
    public int CompareTo(RevisionId other)
    {
        var byGeneration = Generation.CompareTo(other.Generation);
        if (byGeneration != 0)
        {
            return byGeneration;
        }

        if (_text is null && other._text is null)
        {
            return _hash.CompareTo(other._hash);
        }

        Span<byte> mine = stackalloc byte[16];
        Span<byte> theirs = stackalloc byte[16];
        return HashBytes(mine).SequenceCompareTo(other.HashBytes(theirs));
    }

    /// <inheritdoc/>
    public bool Equals(RevisionId other) =>
        Generation == other.Generation
        && (_text is null
            ? other._text is null && _hash == other._hash
            : other._text is not null && _text.AsSpan().SequenceEqual(other._text));

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is RevisionId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_text is null)
        {
            return HashCode.Combine(Generation, _hash);
        }

        var hash = default(HashCode);
        hash.Add(Generation);
        hash.AddBytes(_text);
        return hash.ToHashCode();
    }

    /// <summary>Whether two revision ids are equal.</summary>
    public static bool operator ==(RevisionId left, RevisionId right) => left.Equals(right);

    /// <summary>Whether two revision ids differ.</summary>
    public static bool operator !=(RevisionId left, RevisionId right) => !left.Equals(right);

    /// <summary>Whether a revision sorts before another.</summary>
    public static bool operator <(RevisionId left, RevisionId right) => left.CompareTo(right) < 0;

    /// <summary>Whether a revision sorts before another or equals it.</summary>
    public static bool operator <=(RevisionId left, RevisionId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether a revision sorts after another.</summary>
    public static bool operator >(RevisionId left, RevisionId right) => left.CompareTo(right) > 0;

    /// <summary>Whether a revision sorts after another or equals it.</summary>
    public static bool operator >=(RevisionId left, RevisionId right) => left.CompareTo(right) >= 0;

    private ReadOnlySpan<byte> HashBytes(Span<byte> buffer)
    {
        if (_text is not null)
        {
            return _text;
        }

        BinaryPrimitives.WriteUInt128BigEndian(buffer, _hash);
        return buffer;
    }
}
