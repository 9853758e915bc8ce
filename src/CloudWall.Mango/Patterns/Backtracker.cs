using System.Runtime.CompilerServices;

namespace CloudWall.Mango.Patterns;

/// <summary>
/// Matches a compiled pattern by trying (PCRE's way), for patterns that need it: those with references, looks around, or groups that give
/// nothing back. It gives up after a number of steps, as PCRE does; what it gives up on does not match. Not thread-safe.
/// </summary>
internal sealed class Backtracker : PatternMatcher
{
    /// <summary>PCRE's own limit, of calls that do more each, is ten million.</summary>
    private const long MostSteps = 3_000_000;

    private const int MostEntries = 1 << 18;

    /// <summary>How deep groups may call themselves.</summary>
    private const int MostCalls = 1000;

    private readonly PatternCode _code;
    private readonly PatternStart _start;
    private readonly int[] _slots;
    private Entry[] _stack = new Entry[64];
    private int _top;
    private long _left;
    private int _calls;
    private int _called = -1;
    private bool _isAccepted;
    private bool _isCommitted;
    private int _skipTo;

    /// <summary>Prepares to match.</summary>
    public Backtracker(PatternCode code, PatternStart start)
    {
        _code = code;
        _start = start;
        _slots = new int[code.Slots];
    }

    /// <inheritdoc/>
    public override bool IsMatch(ReadOnlySpan<byte> text)
    {
        (_left, _isCommitted, _calls, _called) = (MostSteps, false, 0, -1);
        for (var at = 0; at <= text.Length && _left > 0 && !_isCommitted; at = Math.Max(at + 1, _skipTo))
        {
            at = _start.Next(text, at);
            if (at < 0)
            {
                return false;
            }

            (_top, _isAccepted, _skipTo) = (0, false, 0);
            Array.Fill(_slots, -1);
            if (Run(text, 0, at, _code.Steps.Length) >= 0)
            {
                return _left > 0;
            }

            if (_start.IsAnchored)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Runs from one instruction to another.</summary>
    /// <returns>The position that is reached; -1 where nothing matches.</returns>
    private int Run(ReadOnlySpan<byte> text, int pc, int at, int end)
    {
        var bottom = _top;
        while (true)
        {
            if (pc == end || _isAccepted)
            {
                Settle(bottom);
                return at;
            }

            if (--_left <= 0)
            {
                return -1;
            }

            if (!Step(text, ref pc, ref at) && !TryBack(text, bottom, ref pc, ref at))
            {
                return -1;
            }
        }
    }

    private bool Step(ReadOnlySpan<byte> text, ref int pc, ref int at)
    {
        var (operation, a, b, c) = _code.Steps[pc];
        switch (operation)
        {
            case Operation.Set:
                pc++;
                return at < text.Length && _code.Sets[a][text[at++]];
            case Operation.Run or Operation.LazyRun or Operation.FullRun:
                return TakeRun(text, operation, ref pc, ref at);
            case Operation.Jump:
                pc = a;
                return true;
            case Operation.Split:
                pc = a;
                return Push(new Entry(b, at, 0));
            case Operation.Save:
                pc++;
                return Save(a, at);
            case Operation.JumpIfMoved:
                pc = _slots[a] != at ? b : pc + 1;
                return true;
            case Operation.Assert:
                pc++;
                return IsAt(text, (Place)a, at);
            case Operation.Back:
                pc++;
                return TakeBack(text, _code.Lists[a], b != 0, ref at);
            case Operation.StepBack:
                pc++;
                at -= a;
                return at >= 0;
            case Operation.Look or Operation.LookElse:
                var matches = LooksFine(text, pc, at, a) != (b != 0);
                pc = matches || operation == Operation.Look ? a : c;
                return matches || operation == Operation.LookElse;
            case Operation.Atomic:
                at = Run(text, pc + 1, at, a);
                pc = a;
                return at >= 0;
            case Operation.Call:
                pc++;
                return Call(text, _code.Lists[a], ref at);
            case Operation.IfCaptured:
                pc = Captured(_code.Lists[a]) is null ? b : pc + 1;
                return true;
            case Operation.IfCalled:
                pc = _called >= 0 && (a == 0 || a == _called) ? pc + 1 : b;
                return true;
            case Operation.Accept:
                return _isAccepted = true;
            case Operation.Commit or Operation.Prune or Operation.Skip:
                pc++;
                return Push(new Entry(0, at, 0, operation));
            default:
                return false;
        }
    }

    /// <summary>Goes back to the last choice.</summary>
    private bool TryBack(ReadOnlySpan<byte> text, int bottom, ref int pc, ref int at)
    {
        while (_top > bottom && _left > 0)
        {
            var entry = _stack[--_top];
            switch (entry.Kind)
            {
                case Operation.Save:
                    _slots[entry.Step] = entry.At;
                    continue;
                case Operation.Run:
                    // One byte less; at the fewest there is no further choice.
                    (pc, at) = (entry.Step + 1, entry.At - 1);
                    return at <= entry.Other || Push(entry with { At = at });
                case Operation.LazyRun:
                    var (_, set, _, most) = _code.Steps[entry.Step];
                    if (entry.At >= text.Length || !_code.Sets[set][text[entry.At]])
                    {
                        continue;
                    }

                    (pc, at) = (entry.Step + 1, entry.At + 1);
                    return entry.Other + 1 >= most || Push(entry with { At = at, Other = entry.Other + 1 });
                case Operation.Commit or Operation.Prune or Operation.Skip:
                    _isCommitted |= entry.Kind == Operation.Commit;
                    _skipTo = entry.Kind == Operation.Skip ? entry.At : _skipTo;
                    Undo(bottom);
                    return false;
                default:
                    (pc, at) = (entry.Step, entry.At);
                    return true;
            }
        }

        return false;
    }

    private bool TakeRun(ReadOnlySpan<byte> text, Operation operation, ref int pc, ref int at)
    {
        var (_, a, least, most) = _code.Steps[pc];
        var set = _code.Sets[a];
        var wanted = operation == Operation.LazyRun ? least : most;
        var end = at;
        while (end < text.Length && end - at < wanted && set[text[end]])
        {
            end++;
        }

        // Long runs cost as much as many steps.
        _left -= (end - at) >> 3;
        var count = end - at;
        if (count < least)
        {
            return false;
        }

        var step = pc++;
        var begin = at;
        at = end;
        return operation switch
        {
            Operation.Run when count > least => Push(new Entry(step, end, begin + least, Operation.Run)),
            Operation.LazyRun when count < most => Push(new Entry(step, end, count, Operation.LazyRun)),
            _ => true,
        };
    }

    private bool TakeBack(ReadOnlySpan<byte> text, int[] groups, bool ignoresCase, ref int at)
    {
        if (Captured(groups) is not (var start, var end))
        {
            return false;
        }

        var length = end - start;
        if (length > text.Length - at)
        {
            return false;
        }

        _left -= length >> 3;
        for (var i = 0; i < length; i++)
        {
            if (text[start + i] != text[at + i]
                && (!ignoresCase || ByteClasses.OtherCase(text[start + i]) != text[at + i]))
            {
                return false;
            }
        }

        at += length;
        return true;
    }

    private (int Start, int End)? Captured(int[] groups)
    {
        foreach (var group in groups)
        {
            if (_slots[2 * group] is >= 0 and var start && _slots[(2 * group) + 1] is var end && end >= start)
            {
                return (start, end);
            }
        }

        return null;
    }

    private bool LooksFine(ReadOnlySpan<byte> text, int pc, int at, int end)
    {
        var before = _top;
        var matches = Run(text, pc + 1, at, end) >= 0;
        _isAccepted = false;
        if (_code.Steps[pc].B != 0)
        {
            Undo(before);
        }

        return matches;
    }

    private bool Call(ReadOnlySpan<byte> text, int[] groups, ref int at)
    {
        var (start, end) = _code.Groups[groups[0]];
        if (_calls >= MostCalls || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _left = 0;
            return false;
        }

        _calls++;

        var slots = (int[])_slots.Clone();
        var before = _top;
        var caller = _called;
        _called = groups[0];
        at = Run(text, start, at, end);
        _called = caller;
        _calls--;
        _isAccepted = false;
        _top = before;
        slots.CopyTo(_slots, 0);
        return at >= 0;
    }

    private bool Save(int slot, int at)
    {
        var saved = Push(new Entry(slot, _slots[slot], 0, Operation.Save));
        _slots[slot] = at;
        return saved;
    }

    /// <summary>Forgets the choices above a height, but not what is to be undone.</summary>
    private void Settle(int bottom)
    {
        var kept = bottom;
        for (var i = bottom; i < _top; i++)
        {
            if (_stack[i].Kind == Operation.Save)
            {
                _stack[kept++] = _stack[i];
            }
        }

        // At the outermost level the search is over.
        _top = kept;
    }

    private void Undo(int height)
    {
        while (_top > height)
        {
            var entry = _stack[--_top];
            if (entry.Kind == Operation.Save)
            {
                _slots[entry.Step] = entry.At;
            }
        }
    }

    private bool Push(Entry entry)
    {
        if (_top == _stack.Length)
        {
            if (_top >= MostEntries)
            {
                _left = 0;
                return false;
            }

            Array.Resize(ref _stack, 2 * _top);
        }

        _stack[_top++] = entry;
        return true;
    }

    private static bool IsAt(ReadOnlySpan<byte> text, Place place, int at) => place switch
    {
        Place.Start => at == 0,
        Place.LineStart => at == 0 || (text[at - 1] == '\n' && at < text.Length),
        Place.End => at == text.Length,
        Place.LastLineEnd => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        Place.LineEnd => at == text.Length || text[at] == '\n',
        Place.WordBoundary => IsBoundary(text, at),
        _ => !IsBoundary(text, at),
    };

    private static bool IsBoundary(ReadOnlySpan<byte> text, int at) =>
        (at > 0 && ByteClasses.Word.Contains(text[at - 1])) != (at < text.Length && ByteClasses.Word.Contains(text[at]));

    /// <summary>What is to be done on the way back.</summary>
    /// <param name="Step">The instruction to go on with, or the slot.</param>
    /// <param name="At">The position, or the slot's value.</param>
    /// <param name="Other">The least position of a run, or its length.</param>
    /// <param name="Kind">What it is; <see cref="Operation.Split"/> for a plain choice.</param>
    private readonly record struct Entry(int Step, int At, int Other, Operation Kind = Operation.Split);
}
