using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;
using CloudWall.Documents.Buffers;

namespace CloudWall.Documents.Json;

/// <summary>
/// Reads JSON once and writes it twice: in CouchDB's normal form, and as the Erlang term from which the revision hash is computed. It is a
/// scanner of its own because CouchDB's parser defines what is valid here: it differs from the framework's in numbers, duplicate members
/// and invalid UTF-8. It is not recursive, so nesting costs heap memory but no stack.
/// </summary>
internal sealed class JsonNormalizer
{
    private const int FirstBuffer = 4096;

    /// <summary>The maximum length of a buffer that the thread keeps for its next document.</summary>
    private const int KeptBuffer = 1 << 18;

    private const int Slack = 64;
    private const int FewMembers = 12;

    [ThreadStatic]
    private static JsonNormalizer? _spare;

    private byte[] _body = SharedArrays.Rent<byte>(FirstBuffer);
    private byte[] _term = SharedArrays.Rent<byte>(FirstBuffer);
    private int _bodyLength;
    private int _termLength;
    private Member[] _members = new Member[64];
    private int _memberCount;
    private Frame[] _frames = new Frame[32];
    private int _depth;

    /// <summary>
    /// Whether numbers with an exponent are parsed exactly. CouchDB's parser is inexact near zero, but its printed form is exact, and
    /// stored bodies have the printed form.
    /// </summary>
    private bool _exact;

    private interface IMode
    {
        static abstract bool Term { get; }
    }

    /// <summary>The normal form written so far.</summary>
    public ReadOnlySpan<byte> Body => _body.AsSpan(0, _bodyLength);

    /// <summary>The term written so far.</summary>
    public ReadOnlySpan<byte> Term => _term.AsSpan(0, _termLength);

    /// <summary>The number of members of the object that <see cref="ReadDocument"/> has read.</summary>
    public int MemberCount => _memberCount;

    /// <summary>Takes this thread's normalizer; return it with <see cref="Return"/>.</summary>
    public static JsonNormalizer Rent(bool exact = false)
    {
        var normalizer = _spare ?? new JsonNormalizer();
        _spare = null;
        normalizer._exact = exact;
        return normalizer;
    }

    /// <summary>Keeps the normalizer for the thread's next document, without large buffers.</summary>
    public void Return()
    {
        Shrink(ref _body);
        Shrink(ref _term);
        if (_members.Length > KeptBuffer / 32)
        {
            _members = new Member[64];
        }

        if (_frames.Length > 1024)
        {
            _frames = new Frame[32];
        }

        _spare = this;
    }

    /// <summary>Reads one value of any kind.</summary>
    public void ReadValue(ReadOnlySpan<byte> json, bool withTerm)
    {
        Start(json, withTerm);
        var end = withTerm ? Value<WithTerm>(json, 0) : Value<WithoutTerm>(json, 0);
        ExpectEnd(json, end);
    }

    /// <summary>
    /// Reads a document. Its members are then available through <see cref="IsSpecial"/>, <see cref="Value"/> and the other accessors.
    /// </summary>
    /// <returns>False if the value is valid JSON but not an object.</returns>
    public bool ReadDocument(ReadOnlySpan<byte> json)
    {
        Start(json, withTerm: true);
        var i = SkipWhite(json, 0);
        if (Peek(json, i) != '{')
        {
            ExpectEnd(json, Value<WithoutTerm>(json, i));
            return false;
        }

        Open<WithTerm>(isObject: true);
        i = SkipWhite(json, i + 1);
        if (Peek(json, i) == '}')
        {
            i++;
        }
        else
        {
            while (true)
            {
                i = Key<WithTerm>(json, i);
                ref var member = ref _members[_memberCount - 1];
                member.Special = _body[member.BodyStart + 1] == (byte)'_' && !SpecialMembers.StaysInBody(KeyOf(member));
                i = member.Special ? Value<WithoutTerm>(json, i) : Value<WithTerm>(json, i);
                i = SkipWhite(json, i);
                var c = Peek(json, i++);
                if (c == '}')
                {
                    break;
                }

                Expect(c, (byte)',');
                AppendBody((byte)',');
            }
        }

        _depth--;
        MarkDuplicates(0);
        ExpectEnd(json, i);
        return true;
    }

    /// <summary>Whether a member is removed from the body because it is special, and not overridden by a duplicate.</summary>
    public bool IsSpecial(int member) => _members[member].Special && !_members[member].Removed;

    /// <summary>A member's name in normal form, without its quotes.</summary>
    public ReadOnlySpan<byte> Name(int member) => KeyOf(_members[member]);

    /// <summary>A member's value in normal form.</summary>
    public ReadOnlySpan<byte> Value(int member)
    {
        var end = member + 1 < _memberCount ? _members[member + 1].BodyStart - 1 : _bodyLength;
        return _body.AsSpan(_members[member].ValueStart..end);
    }

    /// <summary>
    /// Returns the document without special members, in normal form and as a term. The members are not available afterwards.
    /// </summary>
    public (ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Term) WithoutSpecials()
    {
        // Kept members move towards the beginning. The last comma, or the end of the term, may need one more byte.
        EnsureBody(1);
        EnsureTerm(1);
        var count = 0;
        var b = 1;
        var t = ErlangTerm.ObjectHeaderLength;
        var first = 0;
        while (first < _memberCount)
        {
            if (_members[first].Removed || _members[first].Special)
            {
                first++;
                continue;
            }

            // Adjacent kept members are moved together, with the commas between them.
            var last = first;
            while (last + 1 < _memberCount && !_members[last + 1].Removed && !_members[last + 1].Special)
            {
                last++;
            }

            Move(_body, _members[first].BodyStart, BodyEnd(last), ref b);
            _body[b++] = (byte)',';
            Move(_term, _members[first].TermStart, TermEnd(last), ref t);
            count += last + 1 - first;
            first = last + 1;
        }

        if (count == 0)
        {
            return ("{}"u8.ToArray(), (byte[])[ErlangTerm.SmallTuple, 1, ErlangTerm.Nil]);
        }

        _body[b - 1] = (byte)'}';
        ErlangTerm.WriteObjectHeader(_term, count);
        _term[t++] = ErlangTerm.Nil;
        _memberCount = 0;
        return (Take(ref _body, b), Take(ref _term, t));
    }

    private static void Move(byte[] buffer, int start, int end, ref int to)
    {
        if (to != start)
        {
            buffer.AsSpan(start..end).CopyTo(buffer.AsSpan(to));
        }

        to += end - start;
    }

    private static void Shrink(ref byte[] buffer)
    {
        if (buffer.Length > KeptBuffer)
        {
            SharedArrays.Return(buffer);
            buffer = SharedArrays.Rent<byte>(FirstBuffer);
        }
    }

    private static void Expect(ref byte[] buffer, long length)
    {
        if (buffer.Length < length)
        {
            SharedArrays.Return(buffer);
            buffer = SharedArrays.Rent<byte>((int)Math.Min(length, Array.MaxLength));
        }
    }

    /// <summary>Takes the beginning of a buffer. A nearly full long buffer is handed over; otherwise the content is copied.</summary>
    private static ReadOnlyMemory<byte> Take(ref byte[] buffer, int length)
    {
        if (buffer.Length <= KeptBuffer || length < buffer.Length / 2)
        {
            return buffer.AsSpan(0, length).ToArray();
        }

        var taken = buffer.AsMemory(0, length);
        buffer = SharedArrays.Rent<byte>(FirstBuffer);
        return taken;
    }

    private static byte Peek(ReadOnlySpan<byte> json, int i)
    {
        if ((uint)i >= (uint)json.Length)
        {
            throw JsonErrors.Invalid();
        }

        return json[i];
    }

    private static void Expect(byte found, byte expected)
    {
        if (found != expected)
        {
            throw JsonErrors.Invalid();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipWhite(ReadOnlySpan<byte> json, int i)
    {
        while ((uint)i < (uint)json.Length && json[i] <= ' ')
        {
            if (json[i] is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                break;
            }

            i++;
        }

        return i;
    }

    private static void ExpectEnd(ReadOnlySpan<byte> json, int i)
    {
        if (SkipWhite(json, i) != json.Length)
        {
            throw JsonErrors.Invalid();
        }
    }

    private static ulong HashKey(ReadOnlySpan<byte> key)
    {
        // A cheap hash that separates most names; names with equal hashes are compared in full.
        ulong head;
        ulong tail;
        if (key.Length >= 8)
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(key);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(key[^8..]);
        }
        else
        {
            head = 0;
            tail = 0;
            foreach (var b in key)
            {
                head = (head << 8) | b;
            }
        }

        return (head * 0x9E3779B97F4A7C15) ^ (tail * 0xC2B2AE3D27D4EB4F) ^ (ulong)key.Length;
    }

    private void Start(ReadOnlySpan<byte> json, bool withTerm)
    {
        _bodyLength = 0;
        _termLength = 0;
        _memberCount = 0;
        _depth = 0;

        if (json.Length > KeptBuffer)
        {
            // Allocate the maximum at once: this avoids copies while the buffers grow, and the caller can reserve the memory in advance.
            var weight = new JsonWeight(json);
            Expect(ref _body, weight.LongestNormalForm + (2 * Slack));
            if (withTerm)
            {
                Expect(ref _term, weight.LongestTerm + (2 * Slack));
            }
        }

        // Outside of strings only ASCII is accepted, so one check of the whole text replaces a check of each string.
        if (!Utf8.IsValid(json))
        {
            throw JsonErrors.Invalid();
        }
    }

    private ReadOnlySpan<byte> KeyOf(in Member member) => _body.AsSpan(member.BodyStart + 1, member.NameLength);

    private int BodyEnd(int member) => member + 1 < _memberCount ? _members[member + 1].BodyStart - 1 : _bodyLength;

    private int TermEnd(int member) => member + 1 < _memberCount ? _members[member + 1].TermStart : _termLength;

    /// <summary>Reads a value and returns the position after it.</summary>
    private int Value<TMode>(ReadOnlySpan<byte> json, int i)
        where TMode : struct, IMode
    {
        var floor = _depth;
        while (true)
        {
            // State: a value is expected.
            i = SkipWhite(json, i);
            switch (Peek(json, i))
            {
                case (byte)'"':
                    i = String<TMode>(json, i + 1);
                    break;
                case (byte)'{':
                    Open<TMode>(isObject: true);
                    i = SkipWhite(json, i + 1);
                    if (Peek(json, i) != '}')
                    {
                        i = Key<TMode>(json, i);
                        continue;
                    }

                    i++;
                    CloseObject<TMode>();
                    break;
                case (byte)'[':
                    Open<TMode>(isObject: false);
                    i = SkipWhite(json, i + 1);
                    if (Peek(json, i) != ']')
                    {
                        continue;
                    }

                    i++;
                    _frames[_depth - 1].Count = 0;
                    CloseArray<TMode>();
                    break;
                case (byte)'t':
                    i = Literal<TMode>(json, i, "true"u8);
                    break;
                case (byte)'f':
                    i = Literal<TMode>(json, i, "false"u8);
                    break;
                case (byte)'n':
                    i = Literal<TMode>(json, i, "null"u8);
                    break;
                default:
                    i = Number<TMode>(json, i);
                    break;
            }

            // State: a value is complete, and possibly its containers.
            while (true)
            {
                if (_depth == floor)
                {
                    return i;
                }

                i = SkipWhite(json, i);
                var c = Peek(json, i++);
                ref var frame = ref _frames[_depth - 1];
                if (c == ',')
                {
                    AppendBody((byte)',');
                    if (frame.IsObject)
                    {
                        i = Key<TMode>(json, i);
                    }
                    else
                    {
                        frame.Count++;
                    }

                    break;
                }

                if (frame.IsObject)
                {
                    Expect(c, (byte)'}');
                    CloseObject<TMode>();
                }
                else
                {
                    Expect(c, (byte)']');
                    CloseArray<TMode>();
                }
            }
        }
    }

    /// <summary>Reads a member's name and the colon.</summary>
    private int Key<TMode>(ReadOnlySpan<byte> json, int i)
        where TMode : struct, IMode
    {
        i = SkipWhite(json, i);
        Expect(Peek(json, i), (byte)'"');
        if (_memberCount == _members.Length)
        {
            Array.Resize(ref _members, _members.Length * 2);
        }

        var bodyStart = _bodyLength;
        var termStart = _termLength;
        if (TMode.Term)
        {
            EnsureTerm(Slack);
            _term[_termLength] = ErlangTerm.SmallTuple;
            _term[_termLength + 1] = 2;
            _termLength += 2;
        }

        i = String<TMode>(json, i + 1);
        var nameLength = _bodyLength - bodyStart - 2;
        i = SkipWhite(json, i);
        Expect(Peek(json, i), (byte)':');
        AppendBody((byte)':');
        _members[_memberCount++] = new Member
        {
            Hash = HashKey(_body.AsSpan(bodyStart + 1, nameLength)),
            BodyStart = bodyStart,
            TermStart = termStart,
            NameLength = nameLength,
        };
        return i + 1;
    }

    private void Open<TMode>(bool isObject)
        where TMode : struct, IMode
    {
        if (_depth == _frames.Length)
        {
            Array.Resize(ref _frames, _frames.Length * 2);
        }

        if (_depth >= DocumentLimits.MaxNesting)
        {
            throw new DocumentException(JsonErrors.TooDeep);
        }

        _frames[_depth++] = new Frame { IsObject = isObject, Count = 1, FirstMember = _memberCount, TermStart = _termLength };
        AppendBody(isObject ? (byte)'{' : (byte)'[');
        if (TMode.Term)
        {
            // The count is patched when the object is complete.
            EnsureTerm(Slack);
            _termLength += isObject ? ErlangTerm.ObjectHeaderLength : ErlangTerm.ListHeaderLength;
        }
    }

    private void CloseArray<TMode>()
        where TMode : struct, IMode
    {
        ref readonly var frame = ref _frames[--_depth];
        AppendBody((byte)']');
        if (TMode.Term)
        {
            EnsureTerm(Slack);
            _termLength = ErlangTerm.FinishList(_term, frame.TermStart, _termLength, frame.Count);
        }
    }

    private void CloseObject<TMode>()
        where TMode : struct, IMode
    {
        ref readonly var frame = ref _frames[--_depth];
        var first = frame.FirstMember;
        if (_memberCount - first > 1 && MarkDuplicates(first))
        {
            DropDuplicates(first);
        }

        var count = _memberCount - first;
        _memberCount = first;
        AppendBody((byte)'}');
        if (TMode.Term)
        {
            EnsureTerm(Slack);
            _termLength = ErlangTerm.FinishObject(_term, frame.TermStart, _termLength, count);
        }
    }

    /// <summary>Marks members of the innermost object that a later duplicate overrides.</summary>
    private bool MarkDuplicates(int first)
    {
        var members = _members.AsSpan(first, _memberCount - first);
        var found = false;
        if (members.Length <= FewMembers)
        {
            for (var m = 1; m < members.Length; m++)
            {
                for (var earlier = 0; earlier < m; earlier++)
                {
                    if (members[m].Hash == members[earlier].Hash && KeyOf(members[m]).SequenceEqual(KeyOf(members[earlier])))
                    {
                        members[earlier].Removed = true;
                        found = true;
                    }
                }
            }

            return found;
        }

        // Sorting avoids quadratic time for an object of a million names with the same hash.
        var order = SharedArrays.Rent<int>(members.Length);
        for (var m = 0; m < members.Length; m++)
        {
            order[m] = first + m;
        }

        var sorted = order.AsSpan(0, members.Length);
        sorted.Sort(new ByName(this));
        for (var m = 1; m < sorted.Length; m++)
        {
            ref var one = ref _members[sorted[m - 1]];
            ref var next = ref _members[sorted[m]];
            if (one.Hash == next.Hash && KeyOf(one).SequenceEqual(KeyOf(next)))
            {
                one.Removed = true;
                found = true;
            }
        }

        SharedArrays.Return(order);
        return found;
    }

    /// <summary>Removes the marked members from the innermost object.</summary>
    private void DropDuplicates(int first)
    {
        var b = _members[first].BodyStart;
        var t = _members[first].TermStart;
        var kept = first;
        for (var m = first; m < _memberCount; m++)
        {
            var member = _members[m];
            if (member.Removed)
            {
                continue;
            }

            var body = _body.AsSpan(member.BodyStart..BodyEnd(m));
            var term = _term.AsSpan(member.TermStart..TermEnd(m));
            if (kept > first)
            {
                _body[b++] = (byte)',';
            }

            body.CopyTo(_body.AsSpan(b));
            term.CopyTo(_term.AsSpan(t));
            b += body.Length;
            t += term.Length;
            kept++;
        }

        _bodyLength = b;
        _termLength = t;
        _memberCount = kept;
    }

    private int Literal<TMode>(ReadOnlySpan<byte> json, int i, ReadOnlySpan<byte> literal)
        where TMode : struct, IMode
    {
        if (!json[i..].StartsWith(literal))
        {
            throw JsonErrors.Invalid();
        }

        EnsureBody(Slack);
        literal.CopyTo(_body.AsSpan(_bodyLength));
        _bodyLength += literal.Length;
        if (TMode.Term)
        {
            EnsureTerm(Slack);
            _termLength += ErlangTerm.WriteAtom(_term.AsSpan(_termLength), literal);
        }

        return i + literal.Length;
    }

    private int Number<TMode>(ReadOnlySpan<byte> json, int i)
        where TMode : struct, IMode
    {
        var number = JsonNumber.Scan(json[i..]);
        EnsureBody(number.Length + Slack);
        if (TMode.Term)
        {
            EnsureTerm(number.Length + Slack);
            number.Write(json.Slice(i, number.Length), _exact, _body, ref _bodyLength, _term, ref _termLength);
        }
        else
        {
            number.Write(json.Slice(i, number.Length), _exact, _body, ref _bodyLength);
        }

        return i + number.Length;
    }

    /// <summary>Reads a string whose opening quote is before <paramref name="i"/>.</summary>
    private int String<TMode>(ReadOnlySpan<byte> json, int i)
        where TMode : struct, IMode
    {
        EnsureBody(Slack);
        var body = _body;
        var b = _bodyLength;
        body[b++] = (byte)'"';
        var term = _term;
        var t = _termLength;
        if (TMode.Term)
        {
            EnsureTerm(Slack);
            term = _term;
            t += ErlangTerm.BinaryHeaderLength;
        }

        var start = t;
        while (true)
        {
            // Bytes are copied while they are scanned; surplus bytes are overwritten later.
            if (body.Length - b < Slack)
            {
                _bodyLength = b;
                EnsureBody(Slack * 2);
                body = _body;
            }

            if (TMode.Term && term.Length - t < Slack)
            {
                var header = _termLength;
                _termLength = t;
                EnsureTerm(Slack * 2);
                _termLength = header;
                term = _term;
            }

            if (i + Vector128<byte>.Count <= json.Length)
            {
                var block = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(json), (nuint)i);
                block.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(body), (nuint)b);
                if (TMode.Term)
                {
                    block.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(term), (nuint)t);
                }

                var stops = Vector128.Equals(block, Vector128.Create((byte)'"'))
                    | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(block, Vector128.Create((byte)0x20));
                if (stops == Vector128<byte>.Zero)
                {
                    i += Vector128<byte>.Count;
                    b += Vector128<byte>.Count;
                    t += Vector128<byte>.Count;
                    continue;
                }

                var plain = System.Numerics.BitOperations.TrailingZeroCount(stops.ExtractMostSignificantBits());
                i += plain;
                b += plain;
                t += plain;
            }

            var c = Peek(json, i++);
            if (c == '"')
            {
                break;
            }

            if (c == '\\')
            {
                i = Escape<TMode>(json, i, body, ref b, term, ref t);
                continue;
            }

            if (c < 0x20)
            {
                throw JsonErrors.Invalid();
            }

            body[b++] = c;
            if (TMode.Term)
            {
                term[t] = c;
            }

            t++;
        }

        body[b++] = (byte)'"';
        _bodyLength = b;
        if (TMode.Term)
        {
            ErlangTerm.WriteBinaryHeader(term.AsSpan(_termLength), t - start);
            _termLength = t;
        }

        return i;
    }

    /// <summary>Reads the rest of an escape after its backslash.</summary>
    private static int Escape<TMode>(ReadOnlySpan<byte> json, int i, byte[] body, ref int b, byte[] term, ref int t)
        where TMode : struct, IMode
    {
        int value = Peek(json, i++);
        switch (value)
        {
            case '"' or '\\' or '/':
                break;
            case 'b':
                value = '\b';
                break;
            case 'f':
                value = '\f';
                break;
            case 'n':
                value = '\n';
                break;
            case 'r':
                value = '\r';
                break;
            case 't':
                value = '\t';
                break;
            case 'u':
                value = Hex(json, i);
                i += 4;
                if (char.IsSurrogate((char)value))
                {
                    if (Peek(json, i) != '\\' || Peek(json, i + 1) != 'u')
                    {
                        throw JsonErrors.Invalid();
                    }

                    var low = Hex(json, i + 2);
                    i += 6;
                    if (!char.IsSurrogatePair((char)value, (char)low))
                    {
                        throw JsonErrors.Invalid();
                    }

                    value = char.ConvertToUtf32((char)value, (char)low);
                }

                break;
            default:
                throw JsonErrors.Invalid();
        }

        var rune = new Rune(value);
        b += JsonText.WriteEscaped(body.AsSpan(b), rune);
        if (TMode.Term)
        {
            t += rune.EncodeToUtf8(term.AsSpan(t));
        }
        else
        {
            t += rune.Utf8SequenceLength;
        }

        return i;
    }

    private static int Hex(ReadOnlySpan<byte> json, int i)
    {
        var value = 0;
        for (var d = 0; d < 4; d++)
        {
            var c = Peek(json, i + d);
            if (!char.IsAsciiHexDigit((char)c))
            {
                throw JsonErrors.Invalid();
            }

            value = (value << 4) | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        }

        return value;
    }

    private void AppendBody(byte value)
    {
        if (_bodyLength == _body.Length)
        {
            EnsureBody(1);
        }

        _body[_bodyLength++] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnsureBody(int more)
    {
        if (_body.Length - _bodyLength < more)
        {
            Grow(ref _body, _bodyLength, more);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnsureTerm(int more)
    {
        if (_term.Length - _termLength < more)
        {
            Grow(ref _term, _termLength, more);
        }
    }

    private static void Grow(ref byte[] buffer, int length, int more)
    {
        if ((long)length + more > Array.MaxLength)
        {
            throw new DocumentException(JsonErrors.TooLarge);
        }

        buffer = SharedArrays.Grow(buffer, length, length + more);
    }

    private struct Frame
    {
        public bool IsObject;
        public int Count;
        public int FirstMember;
        public int TermStart;
    }

    private struct Member
    {
        public ulong Hash;
        public int BodyStart;
        public int TermStart;
        public int NameLength;
        public bool Special;
        public bool Removed;

        public readonly int ValueStart => BodyStart + NameLength + 3;
    }

    private readonly struct WithTerm : IMode
    {
        public static bool Term => true;
    }

    private readonly struct WithoutTerm : IMode
    {
        public static bool Term => false;
    }

    private readonly struct ByName(JsonNormalizer owner) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            ref readonly var left = ref owner._members[x];
            ref readonly var right = ref owner._members[y];
            var order = left.Hash.CompareTo(right.Hash);
            if (order == 0)
            {
                order = owner.KeyOf(left).SequenceCompareTo(owner.KeyOf(right));
            }

            return order != 0 ? order : x.CompareTo(y);
        }
    }
}
