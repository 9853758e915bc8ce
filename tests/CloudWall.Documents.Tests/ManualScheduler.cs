using System.Collections.Concurrent;

namespace CloudWall.Documents.Tests;

/// <summary>Runs what was scheduled when it is told to, on the thread that tells.</summary>
internal sealed class ManualScheduler : TaskScheduler
{
    private readonly ConcurrentQueue<Task> _waiting = new();

    /// <summary>Runs all that waits, and what comes of it.</summary>
    public void Run()
    {
        while (_waiting.TryDequeue(out var task))
        {
            TryExecuteTask(task);
        }
    }

    /// <summary>Forgets all that waits.</summary>
    public void Clear() => _waiting.Clear();

    protected override void QueueTask(Task task) => _waiting.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _waiting;
}
