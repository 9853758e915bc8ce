using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace CloudWall.Server.Tests.Endpoints;

/// <summary>A log whose lines can be waited for.</summary>
internal sealed class LogLines() : TextWriter(CultureInfo.InvariantCulture)
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public override Encoding Encoding => Encoding.UTF8;

    public override void WriteLine(string? value) => _lines.Writer.TryWrite(value ?? string.Empty);

    /// <summary>Waits for a line that has a text in it; earlier lines are forgotten.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        using var patience = new CancellationTokenSource(NodeUnderTest.Patience);
        while (true)
        {
            var line = await _lines.Reader.ReadAsync(patience.Token);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}
