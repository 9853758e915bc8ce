using CloudWall.Access.Addresses;

namespace CloudWall.Access.Passwords;

/// <summary>
/// Has passwords hashed by a bounded number of threads, since each takes a quarter of a second of a core. Waiting clients take turns by
/// network, and within a network by address, so a crowd of guessers in one network makes another wait for one hash and no more. What a network,
/// or all together, may have waiting is bounded.
/// </summary>
/// <param name="threads">How many passwords are hashed at a time.</param>
/// <param name="mostOfNetwork">How many of one network may wait.</param>
/// <param name="most">How many may wait.</param>
/// <param name="scheduler">Where passwords are hashed; null for threads of their own.</param>
public sealed class HashingTurns(int threads, int mostOfNetwork = 64, int most = 1024, TaskScheduler? scheduler = null)
{
    private readonly Dictionary<ClientAddress, Network> _networks = [];
    private readonly Queue<Network> _turns = [];
    private readonly Lock _lock = new();
    private int _running;
    private int _waiting;

    /// <summary>How many wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting;
            }
        }
    }

    /// <summary>Hashes when it is the client's turn.</summary>
    /// <param name="client">For whom.</param>
    /// <param name="hash">Hashes, and compares.</param>
    /// <param name="cancellation">Cancels the wait: what has not begun is not done.</param>
    /// <returns>The result; null where too many wait already.</returns>
    public Task<bool>? TryRun(ClientAddress client, Func<bool> hash, CancellationToken cancellation)
    {
        var item = new Item(hash, cancellation);
        lock (_lock)
        {
            if (_waiting >= most || !NetworkOf(client).TryAdd(client, item, mostOfNetwork))
            {
                return null;
            }

            _waiting++;
            if (_running == threads)
            {
                return item.Result;
            }

            _running++;
        }

        // Hashing runs on threads of its own, so that it blocks none of the threads that serve sockets.
        _ = Task.Factory.StartNew(RunAll, CancellationToken.None, TaskCreationOptions.LongRunning, scheduler ?? TaskScheduler.Default);
        return item.Result;
    }

    private Network NetworkOf(ClientAddress client)
    {
        if (!_networks.TryGetValue(client.Network, out var network))
        {
            _networks.Add(client.Network, network = new Network(client.Network));
            _turns.Enqueue(network);
        }

        return network;
    }

    private void RunAll()
    {
        while (Take() is { } item)
        {
            item.Run();
        }
    }

    private Item? Take()
    {
        lock (_lock)
        {
            if (!_turns.TryDequeue(out var network))
            {
                _running--;
                return null;
            }

            _waiting--;
            var item = network.Take();
            if (network.Waiting > 0)
            {
                _turns.Enqueue(network);
            }
            else
            {
                _networks.Remove(network.Address);
            }

            return item;
        }
    }

    /// <summary>Those of a network who wait, in turns by address.</summary>
    private sealed class Network(ClientAddress address)
    {
        private readonly Dictionary<ClientAddress, Queue<Item>> _clients = [];
        private readonly Queue<ClientAddress> _turns = [];

        public ClientAddress Address => address;

        public int Waiting { get; private set; }

        public bool TryAdd(ClientAddress client, Item item, int most)
        {
            if (Waiting >= most)
            {
                return false;
            }

            if (!_clients.TryGetValue(client, out var items))
            {
                _clients.Add(client, items = []);
                _turns.Enqueue(client);
            }

            items.Enqueue(item);
            Waiting++;
            return true;
        }

        public Item Take()
        {
            var client = _turns.Dequeue();
            var items = _clients[client];
            var item = items.Dequeue();
            Waiting--;
            if (items.Count > 0)
            {
                _turns.Enqueue(client);
            }
            else
            {
                _clients.Remove(client);
            }

            return item;
        }
    }

    private sealed class Item(Func<bool> hash, CancellationToken cancellation)
    {
        private readonly TaskCompletionSource<bool> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> Result => _result.Task;

        public void Run()
        {
            if (cancellation.IsCancellationRequested)
            {
                _result.SetCanceled(cancellation);
                return;
            }

            try
            {
                _result.SetResult(hash());
            }
            catch (Exception failure)
            {
                _result.SetException(failure);
            }
        }
    }
}
