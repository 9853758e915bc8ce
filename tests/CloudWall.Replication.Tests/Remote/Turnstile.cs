using System.Text;
using System.Threading.Channels;

namespace CloudWall.Replication.Tests.Remote;

/// <summary>A server that answers one request after the other, when it is told to.</summary>
internal sealed class Turnstile : HttpMessageHandler
{
    private readonly Channel<TaskCompletionSource> _inside = Channel.CreateUnbounded<TaskCompletionSource>();
    private int _count;

    /// <summary>How many requests wait for their answer.</summary>
    public int Inside => Volatile.Read(ref _count);

    /// <summary>Answers the one that has waited for longest.</summary>
    public async Task AnswerAsync()
    {
        var next = await _inside.Reader.ReadAsync();
        Interlocked.Decrement(ref _count);
        next.SetResult();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Increment(ref _count);
        await _inside.Writer.WriteAsync(answered, cancellationToken);
        await answered.Task;
        return new HttpResponseMessage { Content = new StringContent("{\"update_seq\":0}", Encoding.UTF8), RequestMessage = request };
    }
}
