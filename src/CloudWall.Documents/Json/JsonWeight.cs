namespace CloudWall.Documents.Json;

/// <summary>
/// An upper bound on the memory that parsing a JSON text takes. Most texts need a few times their length, but a text of many small members
/// needs more. The bound is computed from counted characters, including those in strings, so that the memory can be reserved before
/// parsing.
/// </summary>
public readonly struct JsonWeight
{
    /// <summary>Texts up to this length are not counted.</summary>
    public const int LongestSmall = 64 << 10;

    /// <summary>The maximum growth of a number with an exponent in normal form.</summary>
    private const int LongestExponent = 24;

    /// <summary>The maximum overhead of an element as an Erlang term.</summary>
    private const int LongestTag = 6;

    /// <summary>The cost of an object's member during parsing: an entry in a grown list, and one in the table of duplicates.</summary>
    private const int Member = 80;

    /// <summary>The cost of a list's element, such as a key or a revision, in grown lists.</summary>
    private const int Element = 96;

    /// <summary>The cost of an attachment besides its name and its bytes.</summary>
    private const int Attachment = 192;

    /// <summary>Up to this many objects, the search for attachments is skipped.</summary>
    private const int MostObjects = 1000;

    private readonly int _length;
    private readonly long _elements;
    private readonly long _members;
    private readonly long _exponents;
    private readonly long _attachments;

    /// <summary>Measures a text.</summary>
    public JsonWeight(ReadOnlySpan<byte> utf8)
    {
        _length = utf8.Length;
        _members = utf8.Count((byte)':');
        var objects = utf8.Count((byte)'{');
        _elements = _members + objects + utf8.Count((byte)',') + utf8.Count((byte)'[');
        _exponents = Math.Min(_elements + 1, (long)utf8.Count((byte)'e') + utf8.Count((byte)'E'));
        _attachments = objects <= MostObjects ? 0 : Attachments(utf8);
    }

    /// <summary>An upper bound on the number of attachments; 0 if it is small.</summary>
    public long MostAttachments => _attachments;

    /// <summary>An upper bound on the length of the normal form.</summary>
    public long LongestNormalForm => _length + (LongestExponent * _exponents);

    /// <summary>An upper bound on the length of the Erlang term.</summary>
    public long LongestTerm => _length + (LongestTag * _elements);

    /// <summary>The memory for a value that is processed as a whole: the text, its normal form, and lists of its elements.</summary>
    public long OfValue => (2L * _length) + LongestNormalForm + (Element * _elements);

    /// <summary>
    /// The memory for a document: the text, its normal form and term (copied if they fill less than half of their buffers), and lists of
    /// its members and attachments.
    /// </summary>
    public long OfDocument => _length + ((LongestNormalForm + LongestTerm) * 3 / 2) + (Member * _members) + (Attachment * _attachments);

    /// <summary>Counts the objects after the name _attachments, however the name is escaped.</summary>
    private static long Attachments(ReadOnlySpan<byte> utf8)
    {
        var at = utf8.IndexOf("_attachments"u8);
        return at >= 0 ? utf8[at..].Count((byte)'{')
            : utf8.IndexOf("\\u00"u8) >= 0 ? utf8.Count((byte)'{')
            : 0;
    }
}
