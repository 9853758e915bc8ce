namespace CloudWall.Documents.Json;

/// <summary>
/// How much memory the reading of a JSON text may take: most texts take a few times their length, but some have little else than members.
/// It is found by counting characters, so that it can be reserved before anything is read; those in strings are counted too.
/// </summary>
public readonly struct JsonWeight
{
    /// <summary>A text up to so many bytes is not worth the counting.</summary>
    public const int LongestSmall = 64 << 10;

    /// <summary>What a number with an exponent may need more in normal form.</summary>
    private const int LongestExponent = 24;

    /// <summary>What an element may take more as an Erlang term than as text.</summary>
    private const int LongestTag = 6;

    /// <summary>
    /// What a member of an object takes while it is read: where it is, in a list that has grown, and its place among those of the same name.
    /// </summary>
    private const int Member = 80;

    /// <summary>What an element of a list takes, such as a key, or a revision, in lists that have grown.</summary>
    private const int Element = 96;

    /// <summary>What an attachment takes besides its name and its bytes.</summary>
    private const int Attachment = 192;

    /// <summary>So many objects are not worth the search for attachments among them.</summary>
    private const int MostObjects = 1000;

    private readonly int _length;
    private readonly long _elements;
    private readonly long _members;
    private readonly long _exponents;
    private readonly long _attachments;

    /// <summary>Looks at a text.</summary>
    public JsonWeight(ReadOnlySpan<byte> utf8)
    {
        _length = utf8.Length;
        _members = utf8.Count((byte)':');
        var objects = utf8.Count((byte)'{');
        _elements = _members + objects + utf8.Count((byte)',') + utf8.Count((byte)'[');
        _exponents = Math.Min(_elements + 1, (long)utf8.Count((byte)'e') + utf8.Count((byte)'E'));
        _attachments = objects <= MostObjects ? 0 : Attachments(utf8);
    }

    /// <summary>How many attachments there may be at most; 0 where there are few.</summary>
    public long MostAttachments => _attachments;

    /// <summary>How long the text in CouchDB's normal form is at most.</summary>
    public long LongestNormalForm => _length + (LongestExponent * _exponents);

    /// <summary>How long the text as an Erlang term is at most.</summary>
    public long LongestTerm => _length + (LongestTag * _elements);

    /// <summary>What is taken by a value that is looked at as a whole, with all its elements: itself, its normal form, texts and lists of its elements.</summary>
    public long OfValue => (2L * _length) + LongestNormalForm + (Element * _elements);

    /// <summary>
    /// What is taken by a document: the text, its normal form and its term, of which a copy is made where they are less than half as long,
    /// and lists of its members and attachments.
    /// </summary>
    public long OfDocument => _length + ((LongestNormalForm + LongestTerm) * 3 / 2) + (Member * _members) + (Attachment * _attachments);

    /// <summary>How many attachments there may be: objects behind the name of the member that has them, in whatever way it is written.</summary>
    private static long Attachments(ReadOnlySpan<byte> utf8)
    {
        var at = utf8.IndexOf("_attachments"u8);
        return at >= 0 ? utf8[at..].Count((byte)'{')
            : utf8.IndexOf("\\u00"u8) >= 0 ? utf8.Count((byte)'{')
            : 0;
    }
}
