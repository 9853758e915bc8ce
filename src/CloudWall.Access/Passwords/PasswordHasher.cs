using CloudWall.Documents.Waiting;

namespace CloudWall.Access.Passwords;

/// <summary>Hashes new passwords, one at a time: whoever writes many users must not take every core from everyone else.</summary>
/// <param name="options">How, now.</param>
/// <param name="scheduler">Where passwords are hashed; null for threads of their own.</param>
public sealed class PasswordHasher(Func<PasswordOptions> options, TaskScheduler? scheduler = null)
{
    private readonly Turns _turn = new(1);

    /// <summary>How passwords are hashed, and what they must be like.</summary>
    public PasswordOptions Options => options();

    /// <summary>Hashes a password.</summary>
    /// <param name="password">The password.</param>
    /// <param name="salt">The salt; null for a new one.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public async Task<StoredPassword> HashAsync(string password, string? salt, CancellationToken cancellation)
    {
        await _turn.EnterAsync(cancellation);
        try
        {
            return await Task.Factory.StartNew(
                () => StoredPassword.Create(password, Options, salt),
                cancellation,
                TaskCreationOptions.LongRunning,
                scheduler ?? TaskScheduler.Default);
        }
        finally
        {
            _turn.Leave();
        }
    }
}
