using System.IO.Pipelines;
using CloudWall.Server.Http;

namespace CloudWall.Server.Tests.Http;

public sealed class BodyPipeTests
{
    [Fact]
    public async Task Gives_back_a_read_that_was_left_open()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync("abc"u8.ToArray(), TestContext.Current.CancellationToken);
        var body = new BodyPipe(pipe.Reader);
        await body.ReadAsync(TestContext.Current.CancellationToken);
        body.Release();
        body.Release();
        await pipe.Writer.WriteAsync("de"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.True(pipe.Reader.TryRead(out var rest));
        Assert.Equal(2, rest.Buffer.Length);
    }

    [Fact]
    public async Task Leaves_what_was_given_back_already()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync("abc"u8.ToArray(), TestContext.Current.CancellationToken);
        var body = new BodyPipe(pipe.Reader);
        Assert.True(body.TryRead(out var read));
        body.AdvanceTo(read.Buffer.GetPosition(1));
        body.Release();
        Assert.True(pipe.Reader.TryRead(out var rest));
        Assert.Equal(2, rest.Buffer.Length);
    }
}
