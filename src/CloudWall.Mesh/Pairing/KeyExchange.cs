using System.Security.Cryptography;
using System.Text;
using CloudWall.Mesh.Identity;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Agreement.JPake;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace CloudWall.Mesh.Pairing;

/// <summary>
/// One side of J-PAKE (RFC 8236) over NIST's group of 3072 bits, and the confirmation of the key. The proofs of J-PAKE name role and key of
/// who made them, and the confirmations cover all that was sent, so nobody between the two can change a role, a key or a message.
/// </summary>
internal sealed class KeyExchange
{
    /// <summary>The length of a confirmation.</summary>
    public const int ConfirmationLength = 32;

    private const int ProofLength = 2;

    private readonly JPakeParticipant _participant;
    private readonly bool _isInviter;
    private string? _otherName;
    private readonly IncrementalHash _transcript = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Begins.</summary>
    /// <param name="isInviter">The role of this side.</param>
    /// <param name="own">Its key.</param>
    /// <param name="password">What both know.</param>
    public KeyExchange(bool isInviter, MemberKey own, string password)
    {
        _isInviter = isInviter;
        _participant = new JPakeParticipant(
            Name(isInviter, own), password.ToCharArray(), JPakePrimeOrderGroups.NIST_3072, new Sha256Digest(), new SecureRandom());
        _transcript.AppendData("cloudwall pairing 1\0"u8);
    }

    /// <summary>Notes a message that was sent or received; both sides note all of them in the same order.</summary>
    public void Note(ReadOnlySpan<byte> message)
    {
        _transcript.AppendData(BitConverter.GetBytes(message.Length));
        _transcript.AppendData(message);
    }

    /// <summary>What is sent first.</summary>
    public byte[] FirstRound()
    {
        var sent = _participant.CreateRound1PayloadToSend();
        return PairingMessage.Write(
            [Bytes(sent.Gx1), Bytes(sent.Gx2), .. sent.KnowledgeProofForX1.Select(Bytes), .. sent.KnowledgeProofForX2.Select(Bytes)]);
    }

    /// <summary>Takes what the other has sent first, and gives what is sent next.</summary>
    /// <param name="received">What the other has sent.</param>
    /// <param name="other">The key that the other says it has.</param>
    /// <exception cref="PairingException">It is not what an honest device sends.</exception>
    public byte[] SecondRound(ReadOnlySpan<byte> received, MemberKey other)
    {
        _otherName = Name(!_isInviter, other);
        var numbers = Numbers(received, 2 + (2 * ProofLength));
        return Guard(() =>
        {
            _participant.ValidateRound1PayloadReceived(
                new JPakeRound1Payload(_otherName, numbers[0], numbers[1], numbers[2..4], numbers[4..6]));
            var sent = _participant.CreateRound2PayloadToSend();
            return PairingMessage.Write([Bytes(sent.A), .. sent.KnowledgeProofForX2s.Select(Bytes)]);
        });
    }

    /// <summary>Takes what the other has sent next.</summary>
    /// <returns>The confirmations of joiner and inviter, and the check number.</returns>
    /// <exception cref="PairingException">It is not what an honest device sends.</exception>
    public (byte[] OfJoiner, byte[] OfInviter, string CheckNumber) Finish(ReadOnlySpan<byte> received)
    {
        var numbers = Numbers(received, 1 + ProofLength);
        var material = Guard(() =>
        {
            _participant.ValidateRound2PayloadReceived(new JPakeRound2Payload(_otherName, numbers[0], numbers[1..3]));
            return Bytes(_participant.CalculateKeyingMaterial());
        });
        var key = HKDF.Extract(HashAlgorithmName.SHA256, material, _transcript.GetHashAndReset());
        var check = BitConverter.ToUInt32(Expand(key, "check number")) % 1_000_000;
        return (Expand(key, "joiner confirms"), Expand(key, "inviter confirms"), $"{check / 1000:d3} {check % 1000:d3}");
    }

    private static byte[] Expand(byte[] key, string purpose) =>
        HKDF.Expand(HashAlgorithmName.SHA256, key, ConfirmationLength, Encoding.ASCII.GetBytes(purpose));

    private static string Name(bool isInviter, MemberKey key) => $"{(isInviter ? "inviter" : "joiner")} {key.Id.Hex}";

    private static byte[] Bytes(BigInteger number) => number.ToByteArrayUnsigned();

    private static BigInteger[] Numbers(ReadOnlySpan<byte> message, int count) =>
        [.. PairingMessage.Read(message, count).Select(static field => new BigInteger(1, field))];

    private static T Guard<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception refused) when (refused is CryptoException or InvalidOperationException or ArgumentException or ArithmeticException)
        {
            throw new PairingException("The other device sent numbers that prove nothing.", refused);
        }
    }
}
