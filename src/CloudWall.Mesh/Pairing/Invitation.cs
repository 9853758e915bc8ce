using System.Buffers.Text;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Pairing;

/// <summary>
/// An invitation to a mesh: for one device, for some minutes by the monotonic clock, and for three wrong tries from wherever they come. It
/// is in memory alone, so a restart ends it. Safe for use by several threads at a time.
/// </summary>
public sealed class Invitation
{
    /// <summary>How often somebody may be wrong.</summary>
    public const int MaxTries = 3;

    /// <summary>For how long it is open unless it says otherwise.</summary>
    public static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(10);

    private const int CodeLength = 8;
    private const int LinkSecretLength = 16;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly long _madeAt;
    private int _tries;
    private bool _isClosed;

    /// <summary>Makes an invitation.</summary>
    /// <param name="inviter">The member that invites.</param>
    /// <param name="time">The clock, of which only the monotonic part counts.</param>
    /// <param name="lifetime">For how long; null for <see cref="DefaultLifetime"/>.</param>
    public Invitation(MemberKey inviter, TimeProvider time, TimeSpan? lifetime = null)
    {
        ArgumentNullException.ThrowIfNull(inviter);
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _lifetime = lifetime ?? DefaultLifetime;
        _madeAt = time.GetTimestamp();
        var code = Base32.Encode(Secrets.NewBytes(CodeLength), CodeLength);
        var secret = Base64Url.EncodeToString(Secrets.NewBytes(LinkSecretLength));
        Code = Base32.Group(code);
        Fragment = $"{inviter.Id.Hex}.{secret}";
        CodePassword = PairingPassword.OfCode(code);
        LinkPassword = PairingPassword.OfLink(secret);
    }

    /// <summary>What a person types, such as <c>k3f9-20xm</c>: 40 random bits.</summary>
    public string Code { get; }

    /// <summary>What comes behind the <c>#</c> of a link: the id of the inviter, and 128 random bits.</summary>
    public string Fragment { get; }

    /// <summary>Whether it can still be used.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return IsOpenNow;
            }
        }
    }

    /// <summary>The password of the key exchange with who has the code.</summary>
    internal string CodePassword { get; }

    /// <summary>The password of the key exchange with who has the link.</summary>
    internal string LinkPassword { get; }

    private bool IsOpenNow => !_isClosed && _tries < MaxTries && _time.GetElapsedTime(_madeAt) < _lifetime;

    /// <summary>Ends it.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    /// <summary>Uses it up where a try is right, and counts the try where it is wrong.</summary>
    /// <returns>Whether it was open, and the try is right.</returns>
    internal bool TryUse(bool isRight)
    {
        lock (_gate)
        {
            if (!IsOpenNow)
            {
                return false;
            }

            _isClosed = isRight;
            _tries += isRight ? 0 : 1;
            return isRight;
        }
    }
}
