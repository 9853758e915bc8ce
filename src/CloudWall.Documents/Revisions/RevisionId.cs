using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace CloudWall.Documents.Revisions;

/// <summary>
/// A revision id: the generation and the revision's hash, written <c>3-917fa2381192822767f010b95b45325b</c>.
/// CouchDB keeps a hash of 32 hexadecimal digits as 16 bytes, and any other text as it stands; a text of exactly 16 bytes is
/// thereby the same revision as its hexadecimal form. Order is that of CouchDB: by generation, then by the hash's bytes.
/// </summary>
public readonly struct RevisionId : IEquatable<RevisionId>, IComparable<RevisionId>
{
    private readonly UInt128 _hash;
    private readonly byte[]? _text;

    /// <summary>A revision with a hash of 16 bytes, read as a big-endian number.</summary>
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

    /// <summary>How many edits deep the revision is; 1 for the first. 0 only in the default value, which is no revision.</summary>
    public long Generation { get; }

    /// <summary>Whether this is the default value, which stands for no revision.</summary>
    public bool IsNone => Generation == 0 && _text is null && _hash == UInt128.Zero;

    /// <summary>The revision with the same hash at another generation.</summary>
    internal RevisionId WithGeneration(long generation) =>
        _text is null ? new RevisionId(generation, _hash) : new RevisionId(generation, _text);

    /// <summary>How many bytes <see cref="CopyHashTo"/> writes: 16, but for revisions that no CouchDB made.</summary>
    public int HashLength => _text is null ? 16 : _text.Length;

    /// <summary>A revision from the bytes of its hash as <see cref="CopyHashTo"/> wrote them.</summary>
    public static RevisionId FromHashBytes(long generation, ReadOnlySpan<byte> hash) =>
        hash.Length == 16
            ? new RevisionId(generation, BinaryPrimitives.ReadUInt128BigEndian(hash))
            : new RevisionId(generation, hash.ToArray());

    /// <summary>Reads <c>N-hash</c>, CouchDB's form. Capital hexadecimal digits are the same as small ones.</summary>
    /// <returns>False where the generation is not a whole number, negative, or there is no dash.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out RevisionId revision)
    {
        revision = default;
        var dash = utf8.IndexOf((byte)'-');
        if (dash <= 0)
        {
            return false;
        }

        // Erlang reads a plus sign as well.
        var digits = utf8[0] == '+' ? utf8[1..dash] : utf8[..dash];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var generation))
        {
            return false;
        }

        return TryParseHash(generation, utf8[(dash + 1)..], out revision);
    }

    /// <summary>Reads the text of a hash alone, as <c>_revisions.ids</c> lists them.</summary>
    /// <returns>False where it has 32 characters that are not all hexadecimal digits: CouchDB refuses those.</returns>
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

    /// <summary>Reads <c>N-hash</c>.</summary>
    /// <exception cref="FormatException">The text is no revision.</exception>
    public static RevisionId Parse(string text) =>
        TryParse(Encoding.UTF8.GetBytes(text), out var revision)
            ? revision
            : throw new FormatException("Invalid rev format");

    /// <summary>Writes the hash's bytes, <see cref="HashLength"/> of them.</summary>
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

    /// <summary>The largest number of bytes that <see cref="Format"/> and <see cref="FormatHash"/> can write for this revision.</summary>
    public int MaxFormattedLength => 21 + (_text is null ? 32 : _text.Length);

    /// <summary>Writes <c>N-hash</c> as UTF-8.</summary>
    /// <returns>How many bytes were written.</returns>
    public int Format(Span<byte> destination)
    {
        if (!Generation.TryFormat(destination, out var written, default, CultureInfo.InvariantCulture))
        {
            throw new ArgumentException("The destination is too short.", nameof(destination));
        }

        destination[written++] = (byte)'-';
        return written + FormatHash(destination[written..]);
    }

    /// <summary>Writes the hash's text as UTF-8: 32 small hexadecimal digits, or the text that a foreign revision has.</summary>
    /// <returns>How many bytes were written.</returns>
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

    /// <summary>Whether two revisions are the same.</summary>
    public static bool operator ==(RevisionId left, RevisionId right) => left.Equals(right);

    /// <summary>Whether two revisions differ.</summary>
    public static bool operator !=(RevisionId left, RevisionId right) => !left.Equals(right);

    /// <summary>Whether a revision comes before another.</summary>
    public static bool operator <(RevisionId left, RevisionId right) => left.CompareTo(right) < 0;

    /// <summary>Whether a revision comes before another or is the same.</summary>
    public static bool operator <=(RevisionId left, RevisionId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether a revision comes after another.</summary>
    public static bool operator >(RevisionId left, RevisionId right) => left.CompareTo(right) > 0;

    /// <summary>Whether a revision comes after another or is the same.</summary>
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
