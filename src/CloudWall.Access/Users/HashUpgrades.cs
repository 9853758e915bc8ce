using CloudWall.Access.Caching;
using CloudWall.Access.Passwords;
using CloudWall.Documents;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Json;
using CloudWall.Documents.Revisions;
using CloudWall.Documents.Waiting;

namespace CloudWall.Access.Users;

/// <summary>
/// Replaces a user's hash that was made with other settings than those of now, once the user has signed in and the password is known
/// (<c>[chttpd_auth] upgrade_hash_on_auth</c>). The salt stays, so sessions go on, and nodes that replicate make the same revision of it.
/// The sign-in does not wait for it, and a failure is none of the sign-in.
/// </summary>
/// <param name="hasher">Hashes passwords.</param>
/// <param name="users">Finds the database of users; null where there is none.</param>
/// <param name="time">The clock.</param>
/// <param name="warn">Logs what fails.</param>
public sealed class HashUpgrades(PasswordHasher hasher, Func<Database?> users, TimeProvider time, Action<string> warn) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();

    /// <summary>What has been tried: where it fails, each sign-in would hash the password anew.</summary>
    private readonly RecentEntries<(string Name, RevisionId Revision), bool> _tried =
        new(1_000, TimeSpan.FromMinutes(10), isRenewedByUse: false, time);

    private Task _running = Task.CompletedTask;
    private bool _isEnding;

    /// <summary>Completes when what has begun has ended.</summary>
    public Task Running
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    /// <summary>Begins to replace the hash of a user who has signed in, where there is reason to.</summary>
    /// <param name="account">The user.</param>
    /// <param name="password">The password, which has been verified.</param>
    public void Begin(UserAccount account, string password)
    {
        ArgumentNullException.ThrowIfNull(account);
        var options = hasher.Options;
        if (!options.UpgradesOnSignIn || account is not { Revision: { } revision, Password: { } stored } || stored.IsCurrent(options))
        {
            return;
        }

        lock (_lock)
        {
            var key = (account.Name, revision);
            if (_isEnding || _tried.TryGet(key, out _))
            {
                return;
            }

            _tried.Set(key, static _ => true);
            _running = Task.WhenAll(_running, TryUpgradeAsync(account.Name, revision, stored, password));
        }
    }

    /// <summary>Begins no more, and waits for what has begun.</summary>
    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_lock)
        {
            running = _running;
            _isEnding = true;
        }

        await _ending.CancelApartAsync();
        await running;
        _ending.Dispose();
    }

    private async Task TryUpgradeAsync(string name, RevisionId revision, StoredPassword stored, string password)
    {
        try
        {
            var hash = await hasher.HashAsync(password, stored.Salt.Length > 0 ? stored.Salt : null, _ending.Token);
            var refusal = await WriteAsync(UserAccounts.IdPrefix + name, revision, hash);
            if (refusal is not null && refusal.Status != DocumentError.Conflict.Status)
            {
                warn($"The password of a user could not be hashed as the settings say now: {refusal.Reason}");
            }
        }
        catch (OperationCanceledException)
        {
            // The node ends. The next sign-in tries again.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            warn($"The password of a user could not be hashed as the settings say now: {failure.Message}");
        }
    }

    private async Task<DocumentError?> WriteAsync(string id, RevisionId revision, StoredPassword hash)
    {
        if (users() is not { } database || database.Find(id) is not { Deleted: false } record || record.Winner.Revision != revision)
        {
            return null;
        }

        using var stored = database.Read(id, revision);
        if (stored is null)
        {
            return null;
        }

        var document = DocumentParser.Parse(UserDocument.WithHash(NormalJson.FromStored(stored.Body), hash), database.Limits);
        using var write = new DocumentWrite(id, document, [.. stored.Attachments.Select(AttachmentWrite.Of)]) { Parent = revision };
        return (await database.WriteAsync([write], WriteMode.Interactive, CancellationToken.None))[0].Error;
    }
}
