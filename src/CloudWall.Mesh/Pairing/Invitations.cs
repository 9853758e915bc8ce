using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Pairing;

/// <summary>The invitations of a member, of which one is open at a time: a new one ends the last.</summary>
/// <param name="inviter">The member.</param>
/// <param name="time">The clock, of which only the monotonic part counts.</param>
public sealed class Invitations(MemberKey inviter, TimeProvider time)
{
    private readonly Lock _gate = new();
    private Invitation? _last;

    /// <summary>The one that is open; null where none is.</summary>
    public Invitation? Open
    {
        get
        {
            lock (_gate)
            {
                return _last is { IsOpen: true } ? _last : null;
            }
        }
    }

    /// <summary>Makes one.</summary>
    /// <param name="lifetime">For how long; null for <see cref="Invitation.DefaultLifetime"/>.</param>
    public Invitation Create(TimeSpan? lifetime = null)
    {
        lock (_gate)
        {
            _last?.Close();
            return _last = new Invitation(inviter, time, lifetime);
        }
    }
}
