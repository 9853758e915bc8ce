using System.Text;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>An answer that is read as it comes.</summary>
internal sealed class OpenAnswer(HttpResponseMessage answer, Stream body) : IDisposable
{
    private readonly byte[] _piece = new byte[4096];
    private readonly StringBuilder _text = new();

    /// <summary>The status and headers.</summary>
    public HttpResponseMessage Message => answer;

    /// <summary>What has come so far.</summary>
    public string Text => _text.ToString();

    /// <summary>Reads on until a text has come.</summary>
    public Task ReadUntilAsync(string text) => ReadUntilAsync(so => so.Contains(text, StringComparison.Ordinal));

    /// <summary>Reads on until what has come satisfies a condition.</summary>
    public async Task ReadUntilAsync(Func<string, bool> condition)
    {
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        while (!condition(Text))
        {
            var read = await body.ReadAsync(_piece, patience.Token);
            Assert.True(read > 0, "The answer ended with: " + Text);
            _text.Append(Encoding.UTF8.GetString(_piece.AsSpan(0, read)));
        }
    }

    /// <summary>Reads to the end.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        for (var read = 1; read > 0;)
        {
            read = await body.ReadAsync(_piece, patience.Token);
            _text.Append(Encoding.UTF8.GetString(_piece.AsSpan(0, read)));
        }

        return Text;
    }

    /// <summary>Reads to the end while time passes.</summary>
    public async Task<string> ReadToEndAsync(Action pass)
    {
        var reading = ReadToEndAsync();
        while (!reading.IsCompleted)
        {
            pass();
            await Task.Yield();
        }

        return await reading;
    }

    /// <summary>Reads until a text has come while time passes.</summary>
    public async Task ReadUntilAsync(string text, Action pass)
    {
        var reading = ReadUntilAsync(text);
        while (!reading.IsCompleted)
        {
            pass();
            await Task.Yield();
        }

        await reading;
    }

    public void Dispose()
    {
        body.Dispose();
        answer.Dispose();
    }
}
