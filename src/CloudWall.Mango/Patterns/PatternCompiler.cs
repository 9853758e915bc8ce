namespace CloudWall.Mango.Patterns;

/// <summary>Compiles a pattern for <see cref="Backtracker"/>.</summary>
internal sealed class PatternCompiler
{
    /// <summary>PCRE has a limit too, on bytes.</summary>
    private const int MostSteps = 60_000;

    private readonly ParsedPattern _pattern;
    private readonly List<Instruction> _steps = [];
    private readonly List<bool[]> _sets = [];
    private readonly Dictionary<ByteSet, int> _setNumbers = [];
    private readonly List<int[]> _lists = [];
    private readonly (int Start, int End)[] _groups;
    private int _slots;

    private PatternCompiler(ParsedPattern pattern)
    {
        _pattern = pattern;
        _groups = new (int Start, int End)[pattern.Groups + 1];
        Array.Fill(_groups, (-1, -1));
        _slots = 2 * _groups.Length;
    }

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="PatternException">It is too large.</exception>
    public static PatternCode Compile(ParsedPattern pattern)
    {
        var compiler = new PatternCompiler(pattern);
        compiler.Add(pattern.Body);
        compiler._groups[0] = (0, compiler._steps.Count);
        return new PatternCode([.. compiler._steps], [.. compiler._sets], [.. compiler._lists], compiler._groups, compiler._slots);
    }

    private int _turns;

    private int Here => _steps.Count;

    private int Emit(Operation operation, int a = 0, int b = 0, int c = 0)
    {
        if (Here >= MostSteps)
        {
            throw new PatternException("regular expression is too large");
        }

        _steps.Add(new Instruction(operation, a, b, c));
        return Here - 1;
    }

    /// <summary>What is repeated may be empty, and takes time nevertheless.</summary>
    private void CountTurn()
    {
        if (++_turns > MostSteps)
        {
            throw new PatternException("regular expression is too large");
        }
    }

    private void Add(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                Emit(Operation.Set, Number(set.Bytes));
                break;
            case PatternNode.Sequence sequence:
                foreach (var item in sequence.Items)
                {
                    Add(item);
                }

                break;
            case PatternNode.Alternatives alternatives:
                AddBranches(alternatives.Branches, static (_, _) => { });
                break;
            case PatternNode.Capture capture:
                var start = Emit(Operation.Save, 2 * capture.Number);
                Add(capture.Body);
                Emit(Operation.Save, (2 * capture.Number) + 1);
                ref var group = ref _groups[capture.Number];
                group = group.Start < 0 ? (start, Here) : group;
                break;
            case PatternNode.Atomic atomic:
                var step = Emit(Operation.Atomic);
                Add(atomic.Body);
                _steps[step] = _steps[step] with { A = Here };
                break;
            case PatternNode.Look look:
                AddLook(Operation.Look, look);
                break;
            case PatternNode.Repeat repeat:
                Add(repeat);
                break;
            case PatternNode.Back back:
                Emit(Operation.Back, List(back.Group), back.IgnoresCase ? 1 : 0);
                break;
            case PatternNode.Call call:
                Emit(Operation.Call, List(call.Group));
                break;
            case PatternNode.Conditional conditional:
                Add(conditional);
                break;
            case PatternNode.Assertion assertion:
                Emit(Operation.Assert, (int)assertion.Place);
                break;
            case PatternNode.Verb verb:
                Emit(verb.Command switch
                {
                    Command.Accept => Operation.Accept,
                    Command.Commit => Operation.Commit,
                    Command.Prune => Operation.Prune,
                    Command.Skip => Operation.Skip,
                    _ => Operation.Fail,
                });
                break;
        }
    }

    private void AddBranches(IReadOnlyList<PatternNode> branches, Action<PatternCompiler, PatternNode> before)
    {
        var jumps = new List<int>();
        for (var i = 0; i < branches.Count; i++)
        {
            var split = i < branches.Count - 1 ? Emit(Operation.Split, Here + 1) : -1;
            before(this, branches[i]);
            Add(branches[i]);
            if (split >= 0)
            {
                jumps.Add(Emit(Operation.Jump));
                _steps[split] = _steps[split] with { B = Here };
            }
        }

        foreach (var jump in jumps)
        {
            _steps[jump] = _steps[jump] with { A = Here };
        }
    }

    private int AddLook(Operation operation, PatternNode.Look look)
    {
        var step = Emit(operation, 0, look.IsNegative ? 1 : 0);
        if (look.IsBehind)
        {
            AddBranches(
                LookBehind.BranchesOf(look),
                static (compiler, branch) => compiler.Emit(Operation.StepBack, LookBehind.LengthOf(branch)));
        }
        else
        {
            Add(look.Body);
        }

        _steps[step] = _steps[step] with { A = Here };
        return step;
    }

    private void Add(PatternNode.Repeat repeat)
    {
        if (repeat.Body is PatternNode.Set set)
        {
            var operation = repeat.Greed switch
            {
                Greed.Greedy => Operation.Run,
                Greed.Lazy => Operation.LazyRun,
                _ => Operation.FullRun,
            };
            Emit(operation, Number(set.Bytes), repeat.Least, repeat.Most);
            return;
        }

        if (repeat.Greed == Greed.Possessive)
        {
            Add(new PatternNode.Atomic(repeat with { Greed = Greed.Greedy }));
            return;
        }

        if (repeat.Most == 0)
        {
            // It is never entered, but may be called.
            var over = Emit(Operation.Jump);
            Add(repeat.Body);
            _steps[over] = _steps[over] with { A = Here };
            return;
        }

        for (var i = 0; i < repeat.Least; i++)
        {
            CountTurn();
            Add(repeat.Body);
        }

        var isLazy = repeat.Greed == Greed.Lazy;
        if (repeat.Most == int.MaxValue)
        {
            var slot = _slots++;
            var loop = Emit(Operation.Split);
            Emit(Operation.Save, slot);
            Add(repeat.Body);
            Emit(Operation.JumpIfMoved, slot, loop);
            Point(loop, isLazy);
            return;
        }

        var splits = new List<int>();
        for (var i = repeat.Least; i < repeat.Most; i++)
        {
            CountTurn();
            splits.Add(Emit(Operation.Split));
            Add(repeat.Body);
        }

        foreach (var split in splits)
        {
            Point(split, isLazy);
        }
    }

    /// <summary>Lets a repetition choose between another turn and what follows.</summary>
    private void Point(int split, bool isLazy) =>
        _steps[split] = isLazy ? _steps[split] with { A = Here, B = split + 1 } : _steps[split] with { A = split + 1, B = Here };

    private void Add(PatternNode.Conditional conditional)
    {
        var test = conditional.Choice switch
        {
            Choice.Captured => Emit(Operation.IfCaptured, List(conditional.Group)),
            Choice.Called => Emit(Operation.IfCalled, NumbersOf(conditional.Group)[0]),
            Choice.Define => Emit(Operation.Jump),
            _ => AddLook(Operation.LookElse, conditional.Test!),
        };
        Add(conditional.Yes);
        var end = Emit(Operation.Jump);
        _steps[test] = conditional.Choice switch
        {
            Choice.Define => _steps[test] with { A = Here },
            Choice.Test => _steps[test] with { C = Here },
            _ => _steps[test] with { B = Here },
        };
        Add(conditional.No);
        _steps[end] = _steps[end] with { A = Here };
    }

    private int Number(ByteSet set)
    {
        if (!_setNumbers.TryGetValue(set, out var number))
        {
            _setNumbers[set] = number = _sets.Count;
            _sets.Add(set.ToTable());
        }

        return number;
    }

    private int List(GroupName group)
    {
        _lists.Add(NumbersOf(group));
        return _lists.Count - 1;
    }

    private int[] NumbersOf(GroupName group) => group.Name is { } name ? [.. _pattern.Names[name].Distinct()] : [group.Number];
}
