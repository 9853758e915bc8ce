using CloudWall.Simulation.Time;

namespace CloudWall.Simulation;

/// <summary>
/// A computer from when it is switched on to when it is switched off. All work of a node runs on the scheduler that this is, and all its
/// timers are those of <see cref="Time"/>; when it is switched off, none of them ever runs again.
/// </summary>
public sealed class Machine : TaskScheduler
{
    private readonly LinkedList<Action> _waiting = new();

    /// <summary>Switches a computer on.</summary>
    /// <param name="world">Where it stands.</param>
    /// <param name="name">Its name.</param>
    public Machine(World world, string name)
    {
        World = world;
        Name = name;
        Time = new MachineTime(this);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Where it stands.</summary>
    public World World { get; }

    /// <summary>Whether it runs.</summary>
    public bool IsOn { get; private set; } = true;

    /// <summary>Its clock.</summary>
    public MachineTime Time { get; }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs something on it. Where it is switched off meanwhile, the result is a <see cref="MachineOffException"/>.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!IsOn)
        {
            result.SetException(new MachineOffException(Name));
            return result.Task;
        }

        var waiting = OnOff(() => result.TrySetException(new MachineOffException(Name)));
        Start(async () =>
        {
            try
            {
                result.TrySetResult(await work());
            }
            catch (Exception failure)
            {
                result.TrySetException(failure);
            }

            Forget(waiting);
        });
        return result.Task;
    }

    /// <summary>Runs something on it.</summary>
    public Task RunAsync(Func<Task> work) => RunAsync(async () =>
    {
        await work();
        return true;
    });

    /// <summary>Switches it off between two pieces of work: nothing of it ever runs again.</summary>
    public void SwitchOff()
    {
        IsOn = false;
        while (_waiting.First is { } waiting)
        {
            _waiting.RemoveFirst();
            waiting.Value();
        }
    }

    /// <summary>Has something happen when it is switched off.</summary>
    internal LinkedListNode<Action> OnOff(Action action) => _waiting.AddLast(action);

    /// <summary>Takes back what was to happen when it is switched off.</summary>
    internal void Forget(LinkedListNode<Action> action)
    {
        if (action.List is not null)
        {
            _waiting.Remove(action);
        }
    }

    /// <summary>Begins something on it.</summary>
    internal void Start(Action work) =>
        _ = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this);

    internal void Execute(Task task)
    {
        if (IsOn)
        {
            TryExecuteTask(task);
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (IsOn)
        {
            World.Add(this, task);
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        IsOn && World.IsHere && World.Running == this && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
