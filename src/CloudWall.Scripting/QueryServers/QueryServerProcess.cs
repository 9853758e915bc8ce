using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.QueryServers;

/// <summary>
/// A program that answers lines of JSON with lines of JSON. Calls block; a call that takes too long or is cancelled ends the program,
/// which ends the wait. A program that has failed so is <see cref="Broken"/> and not used again.
/// </summary>
internal sealed class QueryServerProcess : IDisposable
{
    // What a child may know of the environment: passwords are handed to the node that way.
    private static readonly string[] Inherited =
        ["PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SystemRoot", "COMSPEC", "PATHEXT"];

    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly ScriptHostOptions _options;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _replaced = new();
    private byte[] _buffer = PooledBuffer.Rent(32 << 10);
    private int _start;
    private int _end;
    private bool _waiting;
    private bool _timedOut;

    public QueryServerProcess(string scope, string command, ScriptHostOptions options)
    {
        Scope = scope;
        _options = options;
        var windows = OperatingSystem.IsWindows();
        var start = new ProcessStartInfo(windows ? "cmd.exe" : "/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.ArgumentList.Add(windows ? "/c" : "-c");
        start.ArgumentList.Add(windows ? command : "exec " + command);
        var all = start.Environment.ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in all)
        {
            if (Inherited.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                start.Environment[name] = value;
            }
        }

        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ScriptException("os_process_error", e.Message);
        }

        _input = _process.StandardInput.BaseStream;
        _output = _process.StandardOutput.BaseStream;
        _timer = options.Time.CreateTimer(static state => ((QueryServerProcess)state!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = DrainErrorsAsync(_process.StandardError.BaseStream);
    }

    /// <summary>The database that it works for, and no other.</summary>
    public string Scope { get; }

    /// <summary>Whether it must not be used again.</summary>
    public bool Broken { get; private set; }

    /// <summary>Whose functions were added since the last reset.</summary>
    public object? Prepared { get; set; }

    /// <summary>Design documents that it has, and what they were made of.</summary>
    public Dictionary<string, string> Designs { get; } = new(StringComparer.Ordinal);

    /// <summary>When it was last returned.</summary>
    public long LastUse { get; set; }

    /// <summary>Ends the program when the token is cancelled.</summary>
    public CancellationTokenRegistration StopOn(CancellationToken cancellation) =>
        cancellation.UnsafeRegister(static state => ((QueryServerProcess)state!).Kill(), this);

    /// <summary>Sends a line and takes its answer.</summary>
    public ReadOnlyMemory<byte> Ask(ReadOnlySpan<byte> line)
    {
        Begin();
        try
        {
            Write(line);
            return Answer();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Sends a line, newline included. The time for an answer is begun by <see cref="Begin"/>.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        try
        {
            _input.Write(line);
            _input.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Ended();
        }
    }

    /// <summary>Begins the time that the next answer may take.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _waiting = true;
            _timer.Change(_options.Limits.Timeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Stops the clock.</summary>
    public void End()
    {
        lock (_lock)
        {
            _waiting = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The next line that is not a message for the log; valid until the next call.</summary>
    /// <exception cref="ScriptException">The program reports an error, or has failed.</exception>
    public ReadOnlyMemory<byte> Answer()
    {
        while (true)
        {
            var line = ReadLine();
            if (!TryReadCommand(line, out var command, out var first, out var second))
            {
                return line;
            }
            switch (command)
            {
                case "log":
                    _options.Log(new ScriptLogEntry(Scope, Text(first)));
                    continue;
                case "fatal":
                    Kill();
                    goto default;
                default:
                    throw new ScriptException(ErrorText.Logged(Text(first)), ErrorText.Reason(second.IsEmpty ? "null"u8 : second.Span));
            }
        }
    }

    /// <summary>What it answered makes no sense: the program is ended.</summary>
    public ScriptException Nonsense(string what)
    {
        Kill();
        return new ScriptException("os_process_error", what);
    }

    /// <summary>Ends the program.</summary>
    public void Kill()
    {
        Broken = true;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Kill();
        _process.Dispose();
        PooledBuffer.Return(_buffer);
        _buffer = [];
    }

    private static string Text(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return "";
        }
        var reader = new Utf8JsonReader(json.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(json.Span);
    }

    private bool TryReadCommand(ReadOnlyMemory<byte> line, out string command, out ReadOnlyMemory<byte> first, out ReadOnlyMemory<byte> second)
    {
        (command, first, second) = ("", default, default);
        var head = line.Span.TrimStart(" \t["u8);
        if (!head.StartsWith("\"log\""u8) && !head.StartsWith("\"error\""u8) && !head.StartsWith("\"fatal\""u8))
        {
            return false;
        }
        var parts = ServerAnswer.Elements(this, line);
        if (parts.Count == 0 || ServerAnswer.Word(parts[0]) is not ("log" or "error" or "fatal"))
        {
            return false;
        }
        command = ServerAnswer.Word(parts[0])!;
        first = parts.Count > 1 ? parts[1] : default;
        second = parts.Count > 2 ? parts[2] : default;
        return true;
    }

    private ReadOnlyMemory<byte> ReadLine()
    {
        var searched = _start;
        while (true)
        {
            var newline = _buffer.AsSpan(searched.._end).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + newline - _start);
                _start = searched + newline + 1;
                return Utf8.IsValid(line.Span) ? LoneSurrogates.Replace(line, _replaced) : throw Nonsense("invalid UTF-8");
            }

            searched = _end;
            if (_end - _start > _options.Limits.Output)
            {
                throw Nonsense("line too long");
            }
            if (_end == _buffer.Length)
            {
                searched -= _start;
                MakeRoom();
            }

            int read;
            try
            {
                read = _output.Read(_buffer.AsSpan(_end));
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                throw Ended();
            }
            if (read == 0)
            {
                throw Ended();
            }
            _end += read;
        }
    }

    private void MakeRoom()
    {
        var kept = _end - _start;
        var target = _start > _buffer.Length / 2 ? _buffer : PooledBuffer.Rent(_buffer.Length * 2);
        _buffer.AsSpan(_start, kept).CopyTo(target);
        if (target != _buffer)
        {
            PooledBuffer.Return(_buffer);
            _buffer = target;
        }
        (_start, _end) = (0, kept);
    }

    private void Expire()
    {
        lock (_lock)
        {
            if (!_waiting)
            {
                return;
            }
            _timedOut = Broken = true;
        }
        Kill();
    }

    private ScriptException Ended()
    {
        if (_timedOut)
        {
            Kill();
            return ScriptException.TimedOut();
        }
        var status = !Broken && _process.WaitForExit(1000) ? _process.ExitCode : 137;
        Kill();
        return new ScriptException("os_process_error", string.Create(CultureInfo.InvariantCulture, $"{{exit_status,{status}}}"));
    }

    private async Task DrainErrorsAsync(Stream errors)
    {
        var buffer = new byte[4096];
        try
        {
            int read;
            while ((read = await errors.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                _options.Log(new ScriptLogEntry(Scope, Encoding.UTF8.GetString(buffer, 0, read).TrimEnd()));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The program is gone.
        }
    }
}
