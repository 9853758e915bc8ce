using CloudWall.Access.Addresses;
using CloudWall.Access.Caching;

namespace CloudWall.Access.Lockouts;

/// <summary>
/// Counts failed sign-ins by name and address, as CouchDB 3.5 does. A lock therefore never keeps a user out who signs in from elsewhere, and a
/// new password ends it.
/// </summary>
/// <param name="options">The bounds now. Those of memory and time are read once.</param>
/// <param name="time">The clock.</param>
public sealed class LockoutTable(Func<LockoutOptions> options, TimeProvider time)
{
    private readonly RecentEntries<Attempt, int> _failures =
        new(options().MaxObjects, options().MaxLifetime, isRenewedByUse: false, time);

    /// <summary>Whether a sign-in is refused, or would be.</summary>
    /// <param name="client">Who signs in.</param>
    /// <param name="name">As whom.</param>
    /// <param name="salt">The salt of that user's password; empty where there is no such user.</param>
    public LockoutMode Judge(ClientAddress client, string name, string salt)
    {
        var current = options();
        return current.Mode != LockoutMode.Off && _failures.TryGet(new Attempt(client, name, salt), out var failures) && failures >= current.Threshold
            ? current.Mode
            : LockoutMode.Off;
    }

    /// <summary>Counts a failure.</summary>
    /// <param name="client">Who failed.</param>
    /// <param name="name">As whom.</param>
    /// <param name="salt">The salt of that user's password; empty where there is no such user.</param>
    public void Count(ClientAddress client, string name, string salt)
    {
        if (options().Mode != LockoutMode.Off)
        {
            _failures.Set(new Attempt(client, name, salt), static failures => failures == int.MaxValue ? failures : failures + 1);
        }
    }

    private readonly record struct Attempt(ClientAddress Client, string Name, string Salt);
}
