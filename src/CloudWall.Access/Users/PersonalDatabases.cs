using System.Globalization;
using System.Text;
using System.Text.Json;
using CloudWall.Access.Databases;
using CloudWall.Documents;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Waiting;

namespace CloudWall.Access.Users;

/// <summary>
/// Makes a database for each user, of which the user is an admin and a member (CouchDB's documentation: <c>couch_peruser</c>). It follows
/// <c>_users</c>, so users who come by replication get one, too.
/// </summary>
/// <param name="options">The settings, now.</param>
/// <param name="databases">The databases of the node.</param>
/// <param name="time">The clock.</param>
/// <param name="warn">Logs what fails.</param>
public sealed class PersonalDatabases(
    Func<PersonalDatabaseOptions> options, DatabaseCatalogue databases, TimeProvider time, Action<string> warn) : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private CancellationTokenSource _round = new();
    private Task _running = Task.CompletedTask;

    /// <summary>The name of a user's database.</summary>
    /// <param name="prefix">What it begins with.</param>
    /// <param name="user">The user's name, of which each byte is written in hexadecimal digits.</param>
    public static string NameOf(string prefix, string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var name = new StringBuilder(prefix);
        foreach (var octet in Encoding.UTF8.GetBytes(user))
        {
            name.Append(octet.ToString("x", CultureInfo.InvariantCulture));
        }

        return name.ToString();
    }

    /// <summary>Begins. Called once.</summary>
    public void Start() => _running = RunAsync();

    /// <summary>Begins anew with all users, because settings have changed.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            if (!_ending.IsCancellationRequested)
            {
                _ = _round.CancelApartAsync();
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelApartAsync();
        await _running;
        _ending.Dispose();
        _round.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        while (!_ending.IsCancellationRequested)
        {
            CancellationToken changed;
            lock (_lock)
            {
                if (_round.IsCancellationRequested)
                {
                    _round = new CancellationTokenSource();
                }

                changed = _round.Token;
            }

            using var round = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, changed);
            try
            {
                await FollowAsync(options(), round.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                // The settings have changed, or the node ends.
            }
        }
    }

    private async Task FollowAsync(PersonalDatabaseOptions settings, CancellationToken cancellation)
    {
        var since = 0L;
        while (true)
        {
            if (!settings.IsEnabled)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
            }

            try
            {
                if (databases.Find("_users") is { } users)
                {
                    since = await CatchUpAsync(users, since, settings, cancellation);
                    await users.WaitForChangeAsync(since, cancellation);
                    continue;
                }

                warn("Users get no databases of their own: there is no database _users.");
            }
            catch (Exception failure) when (failure is not (OperationCanceledException or ObjectDisposedException or OutOfMemoryException))
            {
                warn($"The databases of users could not be made, and are tried again: {failure.Message}");
            }

            since = 0;
            await Task.Delay(Retry, time, cancellation);
        }
    }

    private async Task<long> CatchUpAsync(Database users, long since, PersonalDatabaseOptions settings, CancellationToken cancellation)
    {
        // Some changes have no row, such as that of `_security`: waiting begins after them, too.
        var reached = users.UpdateSequence;
        using var cursor = users.ReadChanges(since);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            since = cursor.Sequence;
            var (id, deleted) = (Encoding.UTF8.GetString(cursor.Id), cursor.Deleted);
            if (id.StartsWith(UserAccounts.IdPrefix, StringComparison.Ordinal))
            {
                cursor.Pause();
                await FollowAsync(id[UserAccounts.IdPrefix.Length..], deleted, settings, cancellation);
            }
        }

        return Math.Max(since, reached);
    }

    private async Task FollowAsync(string user, bool deleted, PersonalDatabaseOptions settings, CancellationToken cancellation)
    {
        var name = NameOf(settings.Prefix, user);
        try
        {
            if (!deleted)
            {
                var database = databases.Find(name) ?? await CreateAsync(name, settings, cancellation);
                await ChangeAsync(database, security => security.Add(user), cancellation);
            }
            else if (settings.DeletesDatabases)
            {
                await databases.DeleteAsync(name, cancellation);
            }
            else if (databases.Find(name) is { } database)
            {
                await ChangeAsync(database, security => security.Remove(user), cancellation);
            }
        }
        catch (Exception refused) when (refused is DocumentException or JsonException or ArgumentException)
        {
            // A user whose name gives no name of a database, or who has written a `_security` with members twice or nested deep, must not
            // keep the others from theirs.
            warn($"The database {name} of a user could not be made or changed: {refused.Message}");
        }
    }

    private async Task<Database> CreateAsync(string name, PersonalDatabaseOptions settings, CancellationToken cancellation)
    {
        try
        {
            return await databases.CreateAsync(name, new DatabaseOptions(Shards: settings.Shards), cancellation);
        }
        catch (DocumentException exists) when (exists.Error.Status == 412 && databases.Find(name) is not null)
        {
            return databases.Find(name)!;
        }
    }

    private static async Task ChangeAsync(Database database, Func<SecurityNames, bool> change, CancellationToken cancellation)
    {
        var security = new SecurityNames(database.Security ?? DatabaseSecurity.Default);
        if (change(security))
        {
            await database.SetSecurityAsync(security.ToJson(), cancellation);
        }
    }
}
