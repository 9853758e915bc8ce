namespace CloudWall.Replication.Runs;

/// <summary>
/// Batches end in any order; only up to the first that has not ended is all on the target. Not safe for use by several threads at a time.
/// </summary>
internal sealed class BatchOrder
{
    private readonly Queue<Batch> _open = new();

    /// <summary>Notes a batch that begins.</summary>
    /// <param name="sequence">The sequence of its last change, as JSON.</param>
    public Batch Add(string sequence)
    {
        var batch = new Batch(sequence);
        _open.Enqueue(batch);
        return batch;
    }

    /// <summary>Notes a batch that has ended.</summary>
    /// <returns>The sequence up to which all batches have ended, if that has grown; else null.</returns>
    public string? End(Batch batch)
    {
        batch.HasEnded = true;
        string? through = null;
        while (_open.TryPeek(out var first) && first.HasEnded)
        {
            through = _open.Dequeue().Sequence;
        }

        return through;
    }

    /// <summary>A batch on its way.</summary>
    internal sealed class Batch(string sequence)
    {
        public string Sequence { get; } = sequence;

        public bool HasEnded { get; set; }
    }
}
