using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CloudWall.Server.Endpoints.Documents.Receiving;

/// <summary>
/// Finds in the JSON of a document, in whatever pieces it comes, where the bytes of an attachment begin (a string
/// <c>_attachments.{name}.data</c>), and where the document ends. Nothing is checked but what is needed for that: whoever parses the
/// document finds out what is wrong with it.
/// </summary>
internal sealed class DocumentScanner
{
    /// <summary>The longest name or type that is looked at.</summary>
    private const int LongestText = 4096;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);

    private readonly ArrayBufferWriter<byte> _text = new(64);
    private readonly ArrayBufferWriter<byte> _attachment = new(64);

    /// <summary>How many objects and arrays are open, and how many of the outermost of them are those on the way to an attachment's members.</summary>
    private int _depth;
    private Level _level;

    private bool _inText;
    private bool _isEscaped;
    private bool _nameIsNext;
    private Kept _kept;
    private Member _member;

    /// <summary>What stands where the scanning stopped.</summary>
    public enum Found
    {
        /// <summary>The end of the piece.</summary>
        Nothing,

        /// <summary>The quote that begins the bytes of an attachment, which has been taken. <see cref="LeaveData"/> tells where they end.</summary>
        Data,

        /// <summary>The bracket that ends the document, which has been taken.</summary>
        End,
    }

    private enum Level
    {
        Outside,
        Document,
        Attachments,
        Attachment,
    }

    private enum Member
    {
        Other,
        Attachments,
        Data,
        Type,
    }

    /// <summary>What a string is that is kept.</summary>
    private enum Kept
    {
        Nothing,
        Name,
        Type,
    }

    /// <summary>The name of the attachment that is being looked at; empty where it is very long.</summary>
    public string AttachmentName => TextOf(_attachment.WrittenSpan) ?? string.Empty;

    /// <summary>The type of the attachment that is being looked at, where it stands before the bytes.</summary>
    public string? ContentType { get; private set; }

    /// <summary>Looks at the next piece.</summary>
    /// <returns>How much of it has been looked at.</returns>
    public int Scan(ReadOnlySpan<byte> bytes, out Found found)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (_inText)
            {
                at += SkipText(bytes[at..]);
                continue;
            }

            if (_depth > (int)_level)
            {
                // In a value that is of no interest.
                var next = bytes[at..].IndexOfAny(Structure);
                if (next < 0)
                {
                    break;
                }

                at += next;
            }

            found = Take(bytes[at++]);
            if (found != Found.Nothing)
            {
                return at;
            }
        }

        found = Found.Nothing;
        return bytes.Length;
    }

    /// <summary>The string of bytes has been left, or all of it is taken for text from here on.</summary>
    /// <param name="isEnd">Whether the quote that ends it has been taken.</param>
    public void LeaveData(bool isEnd)
    {
        _inText = !isEnd;
        _kept = Kept.Nothing;
    }

    private Found Take(byte value)
    {
        var isWithin = _depth == (int)_level;
        switch (value)
        {
            case (byte)'"':
                return BeginText(isWithin);
            case (byte)'{':
                Open(isWithin && !_nameIsNext);
                break;
            case (byte)'[':
                _depth++;
                break;
            case (byte)'}' or (byte)']':
                return Close(isWithin);
            case (byte)',' when isWithin:
                _nameIsNext = true;
                _member = Member.Other;
                break;
            case (byte)':' when isWithin:
                _nameIsNext = false;
                break;
        }

        return Found.Nothing;
    }

    private Found BeginText(bool isWithin)
    {
        if (isWithin && !_nameIsNext && _level == Level.Attachment && _member == Member.Data)
        {
            return Found.Data;
        }

        _inText = true;
        _text.ResetWrittenCount();
        _kept = !isWithin || _level == Level.Outside ? Kept.Nothing
            : _nameIsNext ? Kept.Name
            : _member == Member.Type ? Kept.Type
            : Kept.Nothing;
        return Found.Nothing;
    }

    private void Open(bool isValue)
    {
        if (isValue && (_level is Level.Outside or Level.Attachments || (_level == Level.Document && _member == Member.Attachments)))
        {
            _level++;
            _nameIsNext = true;
            _member = Member.Other;
            ContentType = null;
        }

        _depth++;
    }

    private Found Close(bool isWithin)
    {
        if (isWithin && _level != Level.Outside)
        {
            _level--;
            _nameIsNext = false;
            _member = Member.Other;
        }

        return --_depth <= 0 ? Found.End : Found.Nothing;
    }

    private int SkipText(ReadOnlySpan<byte> bytes)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            Keep(bytes[..1]);
            return 1;
        }

        var at = bytes.IndexOfAny((byte)'"', (byte)'\\');
        if (at < 0)
        {
            Keep(bytes);
            return bytes.Length;
        }

        _isEscaped = bytes[at] == '\\';
        _inText = _isEscaped;
        Keep(bytes[..(_isEscaped ? at + 1 : at)]);
        if (!_inText)
        {
            EndText();
        }

        return at + 1;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_kept != Kept.Nothing && _text.WrittenCount <= LongestText)
        {
            _text.Write(bytes[..Math.Min(bytes.Length, LongestText + 1)]);
        }
    }

    private void EndText()
    {
        switch (_kept)
        {
            case Kept.Type:
                ContentType = TextOf(_text.WrittenSpan);
                break;
            case Kept.Name when _level == Level.Attachments:
                _attachment.ResetWrittenCount();
                _attachment.Write(_text.WrittenSpan);
                break;
            case Kept.Name when _level == Level.Document:
                _member = Is("_attachments"u8) ? Member.Attachments : Member.Other;
                break;
            case Kept.Name:
                _member = Is("data"u8) ? Member.Data : Is("content_type"u8) ? Member.Type : Member.Other;
                break;
        }

        _kept = Kept.Nothing;
    }

    private bool Is(ReadOnlySpan<byte> name)
    {
        var text = _text.WrittenSpan;
        return text.Contains((byte)'\\')
            ? TextOf(text) is { } escaped && Encoding.UTF8.GetBytes(escaped).AsSpan().SequenceEqual(name)
            : text.SequenceEqual(name);
    }

    /// <summary>What a string says; null where it is longer than anything of interest, or none.</summary>
    private static string? TextOf(ReadOnlySpan<byte> text)
    {
        if (text.Length > LongestText)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader((byte[])[(byte)'"', .. text, (byte)'"']);
            reader.Read();
            return reader.GetString();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
