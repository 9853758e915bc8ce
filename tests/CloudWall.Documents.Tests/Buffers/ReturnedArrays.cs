using System.Diagnostics.Tracing;

namespace CloudWall.Documents.Tests.Buffers;

/// <summary>Listens to what this thread gives back to shared pools of arrays.</summary>
internal sealed class ReturnedArrays : EventListener
{
    private const int BufferReturned = 3;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<int> _lengths = [];

    /// <summary>The length of the longest array that an action gives back; 0 where it gives back none.</summary>
    public static int LongestOf(Action action)
    {
        using var returned = new ReturnedArrays();
        action();
        return returned._lengths.DefaultIfEmpty().Max();
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == BufferReturned && Environment.CurrentManagedThreadId == _thread)
        {
            _lengths?.Add((int)eventData.Payload![1]!);
        }
    }
}
