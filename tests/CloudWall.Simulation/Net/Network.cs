using CloudWall.Simulation.Nodes;

namespace CloudWall.Simulation.Net;

/// <summary>
/// The network between nodes. A call takes a moment each way; it may be lost on its way or its answer may be, and who is called may be
/// away. All of that is chance, which follows from the seed.
/// </summary>
/// <param name="world">Where it is.</param>
public sealed class Network(World world)
{
    /// <summary>How long nobody says anything until a connection counts as broken.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time that a message takes.</summary>
    public TimeSpan LeastLatency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest time that a message takes.</summary>
    public TimeSpan MostLatency { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How many of a thousand messages are lost with their connection.</summary>
    public int LostOfThousand { get; set; }

    /// <summary>Whether messages from one node to another do not arrive.</summary>
    public Func<string, string, bool> IsCut { get; set; } = static (_, _) => false;

    /// <summary>How many calls were made.</summary>
    public long Calls { get; private set; }

    /// <summary>How many of them broke.</summary>
    public long Broken { get; private set; }

    /// <summary>Calls a node.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="callee">Who is called.</param>
    /// <param name="serve">What the other does, on its own machine, until the token is cancelled.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="NetworkException">There was no answer. It is unknown whether the call was served.</exception>
    public async Task<T> CallAsync<T>(
        Machine caller, SimulatedNode callee, Func<RunningNode, CancellationToken, Task<T>> serve, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(callee);
        cancellation.ThrowIfCancellationRequested();
        Calls++;
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var served = new CancellationTokenSource();
        Machine? server = null;
        Send(caller.Name, callee.Name, Arrive, () => Break(answer, $"{callee.Name} did not answer"));
        var off = caller.OnOff(End);
        try
        {
            using var registration = cancellation.UnsafeRegister(
                static (state, token) => ((TaskCompletionSource<T>)state!).TrySetCanceled(token), answer);
            return await answer.Task;
        }
        finally
        {
            caller.Forget(off);
            End();
        }

        // The other end notices that the connection is closed.
        void End()
        {
            answer.TrySetException(new NetworkException("the connection is closed"));
            server?.Start(served.Cancel);
        }

        void Arrive()
        {
            if (answer.Task.IsCompleted)
            {
                return;
            }

            if (callee.Running is not { } running)
            {
                Send(
                    callee.Name,
                    caller.Name,
                    () => Break(answer, $"{callee.Name} refused the connection"),
                    () => Break(answer, $"{callee.Name} did not answer"));
                return;
            }

            server = running.Machine;
            caller.Start(() => Serve(running));
        }

        async void Serve(RunningNode running)
        {
            Action reply;
            try
            {
                var result = await running.Machine.RunAsync(() => serve(running, served.Token));
                reply = () => answer.TrySetResult(result);
            }
            catch (MachineOffException)
            {
                world.After(Silence, () => Break(answer, $"{callee.Name} says nothing any more"));
                return;
            }
            catch (Exception failure)
            {
                reply = () => answer.TrySetException(failure);
            }

            Send(callee.Name, caller.Name, reply, () => Break(answer, $"the answer of {callee.Name} was lost"));
        }
    }

    /// <summary>Whether a stream of an answer breaks off here.</summary>
    public bool BreaksOff()
    {
        var breaks = world.Random.Next(1000) < LostOfThousand;
        Broken += breaks ? 1 : 0;
        return breaks;
    }

    private void Break<T>(TaskCompletionSource<T> answer, string why)
    {
        if (answer.TrySetException(new NetworkException(why)))
        {
            Broken++;
        }
    }

    private void Send(string from, string to, Action arrives, Action isLost)
    {
        if (IsCut(from, to) || world.Random.Next(1000) < LostOfThousand)
        {
            world.After(Silence, isLost);
            return;
        }

        world.After(LeastLatency + ((MostLatency - LeastLatency) * world.Random.NextDouble()), arrives);
    }
}
