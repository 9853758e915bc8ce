using CloudWall.Documents.Buffers;

namespace CloudWall.Documents.Tests.Buffers;

public sealed class LongBytesTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 100)]
    [InlineData(1000, SharedArrays.LongestPooled + 1)]
    [InlineData(SharedArrays.LongestPooled + 1, SharedArrays.LongestPooled * 3)]
    [InlineData(SharedArrays.LongestPooled * 2, 10)]
    public void Keeps_what_is_asked_for_when_its_length_changes(int length, int next)
    {
        using var bytes = new LongBytes(length);
        Assert.True(bytes.Length >= length);
        var kept = Math.Min(8, Math.Min(length, next));
        for (var i = 0; i < kept; i++)
        {
            bytes.Span[length - kept + i] = (byte)(i + 1);
        }

        bytes.Resize(next, (length - kept)..length);

        Assert.True(bytes.Length >= next);
        Assert.Equal(Enumerable.Range(1, kept).Select(static i => (byte)i), bytes.Memory[..kept].ToArray());
        bytes.Dispose();
        Assert.Equal(0, bytes.Length);
    }
}
