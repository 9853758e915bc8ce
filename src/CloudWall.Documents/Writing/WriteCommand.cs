using CloudWall.Documents.Admission;

namespace CloudWall.Documents.Writing;

/// <summary>A command for the writer of a database.</summary>
internal abstract class WriteCommand
{
    /// <summary>Whether the command needs all earlier writes on disk, and so a batch of its own.</summary>
    public virtual bool Alone => false;

    /// <summary>Whether the caller is notified only after the write is durable.</summary>
    public virtual bool Sync => true;

    /// <summary>Its effect on disk space.</summary>
    public virtual WriteNeed Need => WriteNeed.Release;

    /// <summary>Approximate memory in bytes until it is done.</summary>
    public virtual long Weight => 1024;

    /// <summary>The gate from which its memory was acquired, if any; the memory is returned when the command is done.</summary>
    public AdmissionGate? Admitted { get; set; }

    /// <summary>
    /// Decides the command and adds its writes to the batch. A <see cref="DocumentException"/> refuses only this command; it must be thrown
    /// before anything was added. Called again with a new batch if another command spoiled this one.
    /// </summary>
    public abstract void Apply(WriteSession session);

    /// <summary>Called after the batch was committed.</summary>
    public abstract void Complete();

    /// <summary>Called if the command was refused or its batch failed.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>A command with a result.</summary>
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

    /// <summary>Releases its resources after it completed or failed.</summary>
    protected virtual void Release()
    {
    }
}
