using System.Security.Cryptography;
using CloudWall.Mesh.Identity;

namespace CloudWall.Mesh.Pairing;

/// <summary>
/// The side of the member that invites. The joiner confirms first: who only guesses learns nothing before its guess has been counted. One
/// run of the exchange; not safe for use by several threads at a time.
/// </summary>
/// <param name="invitation">The invitation.</param>
/// <param name="own">The member's key.</param>
public sealed class InviterSide(Invitation invitation, MemberKey own)
{
    private KeyExchange? _exchange;
    private MemberKey? _joiner;
    private byte[]? _first;
    private (byte[] OfJoiner, byte[] OfInviter, string CheckNumber)? _end;

    /// <summary>Who has joined; null until that is proved.</summary>
    public Paired? Paired { get; private set; }

    /// <summary>Takes the first message, and gives the answer.</summary>
    /// <exception cref="PairingException">The invitation has ended, or the message is none.</exception>
    public byte[] Greet(ReadOnlySpan<byte> message)
    {
        RequireOpen();
        var fields = PairingMessage.Read(message, 3);
        if (_exchange is not null || fields[0] is not [var mode and (0 or 1)] || !MemberKey.TryParse(fields[1], out _joiner))
        {
            throw new PairingException("The other device began in a way that this one does not know.");
        }

        _exchange = new KeyExchange(
            isInviter: true, own, mode == 1 ? invitation.LinkPassword : invitation.CodePassword);
        _exchange.Note(message);
        var answer = PairingMessage.Write(own.Point.ToArray(), _exchange.FirstRound());
        _exchange.Note(answer);
        _first = fields[2];
        return answer;
    }

    /// <summary>Takes the second message, and gives the answer.</summary>
    /// <exception cref="PairingException">The invitation has ended, or the message is none.</exception>
    public byte[] Answer(ReadOnlySpan<byte> message)
    {
        RequireOpen();
        var exchange = _exchange is not null && _first is not null && _end is null ? _exchange : throw OutOfTurn();
        var answer = exchange.SecondRound(_first, _joiner!);
        _first = null;
        exchange.Note(message);
        exchange.Note(answer);
        _end = exchange.Finish(message);
        return answer;
    }

    /// <summary>Takes the confirmation of the joiner, and gives that of the inviter. The invitation is used up by it.</summary>
    /// <exception cref="PairingException">The code was wrong, or the invitation has ended.</exception>
    public byte[] Confirm(ReadOnlySpan<byte> message)
    {
        var end = _end ?? throw OutOfTurn();
        _end = null;
        if (!invitation.TryUse(CryptographicOperations.FixedTimeEquals(message, end.OfJoiner)))
        {
            throw new PairingException("The code is wrong, or the invitation has ended.");
        }

        Paired = new Paired(_joiner!, end.CheckNumber);
        return end.OfInviter;
    }

    private static PairingException OutOfTurn() => new("The other device sent a message out of turn.");

    private void RequireOpen()
    {
        if (!invitation.IsOpen)
        {
            throw new PairingException("The invitation has ended.");
        }
    }
}
