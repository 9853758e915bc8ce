namespace CloudWall.Scripting;

/// <content>What is kept.</content>
public sealed partial class ScriptHost
{
    /// <summary>Functions that are compiled, or being compiled.</summary>
    private sealed class Entry(Key key)
    {
        private readonly Lock _lock = new();
        private readonly List<ScriptFunctions> _others = [];
        private Task<ScriptFunctions>? _compiling;

        public Key Key { get; } = key;

        public long LastUse { get; set; }

        /// <summary>How many wait for them.</summary>
        public int Waiting { get; set; }

        /// <summary>Cancelled when nobody waits for them any more.</summary>
        public CancellationTokenSource GivenUp { get; } = new();

        public bool IsCompiled => _compiling is { IsCompleted: true };

        public ScriptFunctions? Functions { get; set; }

        /// <summary>Compiles them, or waits for who does.</summary>
        public Task<ScriptFunctions> CompileAsync(Func<Task<ScriptFunctions>> compile)
        {
            lock (_lock)
            {
                return _compiling ??= compile();
            }
        }

        /// <summary>Has these, unless there are others.</summary>
        public bool Keep(ScriptFunctions functions)
        {
            if (_compiling is not null)
            {
                return false;
            }

            functions.Key = Key;
            _compiling = Task.FromResult(functions);
            Functions = functions;
            return true;
        }

        /// <summary>Has these beside those that are being compiled, until they are there.</summary>
        public void AddOther(ScriptFunctions functions)
        {
            functions.Key = Key;
            if (!_others.Contains(functions))
            {
                _others.Add(functions);
            }
        }

        /// <summary>Has no others any more.</summary>
        public List<ScriptFunctions> TakeOthers()
        {
            List<ScriptFunctions> others = [.. _others];
            _others.Clear();
            return others;
        }

        public void ReleaseIdle() => Functions?.ReleaseIdle();
    }
}
