using CloudWall.Scripting;
using CloudWall.Scripting.Running;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Server.Tests.Scripts;

/// <summary>
/// House A3: design documents whose code does not end when it is loaded hold up nobody else. None of it ends before the others were
/// answered: it has a day, and the clock moves only until all that can run does, and what takes long has left the quick place.
/// </summary>
public sealed class LoadTimeTests
{
    private const int Documents = 40;
    private const int Rounds = 10;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Design_documents_that_loop_when_they_are_loaded_hold_up_nobody(int databases)
    {
        await using var clock = new Clock();
        await using var node = await TestNode.StartAsync(clock.Time, ("couchdb", "os_process_timeout", "86400000"));
        using var end = new Ending(clock.MoveOn);
        for (var i = 0; i < databases; i++)
        {
            Assert.Equal(201, (await node.SendAsync("PUT", $"/bad{i}")).Status);
        }

        Assert.Equal(201, (await node.SendAsync("PUT", "/good")).Status);
        Assert.Equal(
            201,
            (await node.SendAsync(
                "PUT", "/good/_design/rule", """{"validate_doc_update":"function(doc) { if (doc.bad) { throw {forbidden: 'bad'}; } }"}""")).Status);
        var loading = Enumerable.Range(0, Documents).Select(i => node.SendAsync(
            "PUT",
            $"/bad{i % databases}/_design/d{i}",
            $$"""{"views":{"v":{"map":"(function() { for (;;) {} })(), function(doc) { emit({{i}}); }"} } }""")).ToArray();

        var places = new ScriptHostOptions().Places;
        var running = databases * Math.Min(Documents / databases, places / 2);
        await clock.UntilAsync(() => ((ScriptThreads)node.Node.Scripts.Runner).Waiting == Math.Max(0, running - (places - 1)));

        for (var round = 0; round < Rounds; round++)
        {
            Assert.Equal(200, (await node.SendAsync("GET", "/_up")).Status);
            Assert.Equal(201, (await node.SendAsync("PUT", $"/good/doc{round}", "{}")).Status);
            Assert.Equal(403, (await node.SendAsync("PUT", $"/good/bad{round}", """{"bad":1}""")).Status);
        }

        Assert.All(loading, static put => Assert.False(put.IsCompleted));

        // All of them end, some only after others.
        clock.Step = Day;
        await clock.UntilAsync(() => loading.All(static put => put.IsCompleted));
        Assert.All(loading, static put => Assert.Equal(500, put.Result.Status));
    }

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    /// <summary>A clock that moves in steps.</summary>
    private sealed class Clock : IAsyncDisposable
    {
        private bool _isEnding;
        private Task _moving = Task.CompletedTask;

        public FakeTimeProvider Time { get; } = new();

        public TimeSpan Step { get; set; } = TimeSpan.FromMilliseconds(50);

        public async Task UntilAsync(Func<bool> condition)
        {
            while (!condition())
            {
                Time.Advance(Step);
                await Task.Delay(5);
            }
        }

        /// <summary>A node that ends waits for some of its parts by the clock: call it before.</summary>
        public void MoveOn() => _moving = UntilAsync(() => Volatile.Read(ref _isEnding));

        public async ValueTask DisposeAsync()
        {
            Volatile.Write(ref _isEnding, true);
            await _moving;
        }
    }
}
