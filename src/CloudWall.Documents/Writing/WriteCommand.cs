using CloudWall.Documents.Admission;

namespace CloudWall.Documents.Writing;

/// <summary>Something that the one writer of a database is asked to do.</summary>
internal abstract class WriteCommand
{
    /// <summary>Whether it must see what came before it on disk, and so begins a batch of its own.</summary>
    public virtual bool Alone => false;

    /// <summary>Whether whoever waits is told only when the write is on the disk.</summary>
    public virtual bool Sync => true;

    /// <summary>What it does to the disk.</summary>
    public virtual WriteNeed Need => WriteNeed.Release;

    /// <summary>About how many bytes of memory it holds until it is done.</summary>
    public virtual long Weight => 1024;

    /// <summary>Where its memory was taken from, if it was; it is given back when the command is done.</summary>
    public AdmissionGate? Admitted { get; set; }

    /// <summary>
    /// Decides and adds its writes to the batch. A <see cref="DocumentException"/> refuses this command alone and must come before
    /// anything was added. Done again with another batch where this one comes to nothing because of another command.
    /// </summary>
    public abstract void Apply(WriteSession session);

    /// <summary>The batch is written.</summary>
    public abstract void Complete();

    /// <summary>The command was refused, or its batch could not be written.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>A command with an answer.</summary>
internal abstract class WriteCommand<TResult> : WriteCommand
{
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult _result = default!;

    public Task<TResult> Task => _completion.Task;

    public sealed override void Apply(WriteSession session) => _result = Decide(session);

    public sealed override void Complete()
    {
        End();
        _completion.TrySetResult(_result);
    }

    public sealed override void Fail(Exception exception)
    {
        End();
        _completion.TrySetException(exception);
    }

    private void End()
    {
        Release();
        var admitted = Admitted;
        Admitted = null;
        admitted?.Return(Weight);
    }

    /// <inheritdoc cref="WriteCommand.Apply"/>
    protected abstract TResult Decide(WriteSession session);

    /// <summary>The command has come to its end, one way or the other: gives up what it held.</summary>
    protected virtual void Release()
    {
    }
}
