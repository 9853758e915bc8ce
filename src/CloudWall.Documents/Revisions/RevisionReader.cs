namespace CloudWall.Documents.Revisions;

/// <summary>Reads the format of <see cref="RevisionWriter"/>. Invalid input throws an <see cref="InvalidDataException"/>.</summary>
internal ref struct RevisionReader(ReadOnlySpan<byte> input)
{
    private readonly ReadOnlySpan<byte> _input = input;

    public int Position { get; private set; }

    public byte ReadByte() => Position < _input.Length ? _input[Position++] : throw Ended();

    public long ReadNumber()
    {
        var value = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var part = ReadByte();
            value |= (long)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number of a revision tree is too large.");
    }

    public RevisionId ReadHash(long generation, bool isOther)
    {
        var length = isOther ? ReadNumber() : 16;
        if (length > _input.Length - Position)
        {
            throw Ended();
        }

        if (isOther && length == 16)
        {
            throw new InvalidDataException("A revision of a tree is in the wrong form.");
        }

        var hash = _input.Slice(Position, (int)length);
        Position += (int)length;
        return RevisionId.FromHashBytes(generation, hash);
    }

    private static InvalidDataException Ended() => new("A revision tree ends too early.");
}
