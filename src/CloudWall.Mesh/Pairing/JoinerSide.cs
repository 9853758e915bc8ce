using System.Security.Cryptography;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Pairing;

/// <summary>The side of the device that joins. One run of the exchange; not safe for use by several threads at a time.</summary>
public sealed class JoinerSide
{
    private readonly PairingPassword _password;
    private readonly MemberKey _own;
    private readonly KeyExchange _exchange;
    private MemberKey? _inviter;
    private (byte[] OfJoiner, byte[] OfInviter, string CheckNumber)? _end;

    /// <summary>Begins.</summary>
    /// <param name="password">What it was given.</param>
    /// <param name="own">Its key.</param>
    public JoinerSide(PairingPassword password, MemberKey own)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(own);
        _password = password;
        _own = own;
        _exchange = new KeyExchange(isInviter: false, own, password.Password);
    }

    /// <summary>The first message.</summary>
    public byte[] Begin()
    {
        var message = PairingMessage.Write([_password.IsLink ? (byte)1 : (byte)0], _own.Point.ToArray(), _exchange.FirstRound());
        _exchange.Note(message);
        return message;
    }

    /// <summary>Takes the answer to the first message, and gives the second.</summary>
    /// <exception cref="PairingException">The answer is none, or comes from somebody else than the link says.</exception>
    public byte[] Continue(ReadOnlySpan<byte> answer)
    {
        var fields = PairingMessage.Read(answer, 2);
        if (_inviter is not null || !MemberKey.TryParse(fields[0], out _inviter))
        {
            throw new PairingException("The member answered in a way that this device does not know.");
        }

        if (_password.Inviter is { } expected && expected != _inviter.Id)
        {
            throw new PairingException("Somebody else answered than the member that the link names.");
        }

        _exchange.Note(answer);
        var message = _exchange.SecondRound(fields[1], _inviter);
        _exchange.Note(message);
        return message;
    }

    /// <summary>Takes the answer to the second message, and gives the confirmation.</summary>
    /// <exception cref="PairingException">The answer is none.</exception>
    public byte[] Confirm(ReadOnlySpan<byte> answer)
    {
        if (_inviter is null || _end is not null)
        {
            throw new PairingException("The member answered out of turn.");
        }

        _exchange.Note(answer);
        var end = _exchange.Finish(answer);
        _end = end;
        return end.OfJoiner;
    }

    /// <summary>Takes the confirmation of the inviter.</summary>
    /// <exception cref="PairingException">The member does not know what this device was given, or is not who it says.</exception>
    public Paired Finish(ReadOnlySpan<byte> confirmation)
    {
        if (_end is not { } end || !CryptographicOperations.FixedTimeEquals(confirmation, end.OfInviter))
        {
            throw new PairingException("The member could not prove that it has made the invitation.");
        }

        return new Paired(_inviter!, end.CheckNumber);
    }
}
