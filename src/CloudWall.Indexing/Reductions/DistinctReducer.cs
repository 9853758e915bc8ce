using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Json;
using CloudWall.Indexing.Views;

namespace CloudWall.Indexing.Reductions;

/// <summary>
/// <c>_approx_count_distinct</c>: HyperLogLog++ over the keys with CouchDB's hash and 2048 registers, so that both servers give the same
/// estimate. A state is a sparse list of registers ordered by index (two bytes of index, one of rank) or, where that would be longer, all
/// registers.
/// </summary>
internal sealed class DistinctReducer : BuiltinReducer
{
    private const int Precision = 11;
    private const int Registers = 1 << Precision;
    private const double Alpha = 0.7213 / (1 + (1.079 / Registers));
    private const int LinearLimit = 1800;

    /// <summary>The version byte at the start of Erlang's external term format.</summary>
    private const byte TermVersion = 131;

    public override bool TakesKeys => true;

    public override byte[] Finish(byte[] state) =>
        Encoding.ASCII.GetBytes(Estimate(Unpack(state)).ToString(CultureInfo.InvariantCulture));

    protected override byte[] Reduce(IReadOnlyList<ReduceRow> rows)
    {
        var registers = new byte[Registers];
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        foreach (var row in rows)
        {
            var term = JsonNormalForm.ToTerm(row.Key.Span);
            Hash(term[0] == TermVersion ? term : [TermVersion, .. term], hash);
            var bits = BinaryPrimitives.ReadUInt64BigEndian(hash);
            var index = (int)(bits >> (64 - Precision));
            var rank = (byte)(Math.Min(BitOperations.LeadingZeroCount(bits << Precision), 64 - Precision) + 1);
            registers[index] = Math.Max(registers[index], rank);
        }

        return Pack(registers);
    }

    protected override byte[] Rereduce(IReadOnlyList<byte[]> states)
    {
        var registers = Unpack(states[0]);
        for (var i = 1; i < states.Count; i++)
        {
            Merge(states[i], registers);
        }

        return Pack(registers);
    }

    private static byte[] Unpack(byte[] state)
    {
        var registers = new byte[Registers];
        Merge(state, registers);
        return registers;
    }

    private static void Merge(byte[] state, byte[] registers)
    {
        if (state.Length == Registers)
        {
            for (var i = 0; i < Registers; i++)
            {
                registers[i] = Math.Max(registers[i], state[i]);
            }

            return;
        }

        for (var i = 0; i + 2 < state.Length; i += 3)
        {
            var index = BinaryPrimitives.ReadUInt16BigEndian(state.AsSpan(i));
            registers[index] = Math.Max(registers[index], state[i + 2]);
        }
    }

    private static byte[] Pack(byte[] registers)
    {
        var used = Registers - registers.AsSpan().Count((byte)0);
        if (used * 3 >= Registers)
        {
            return registers;
        }

        var packed = new byte[used * 3];
        var length = 0;
        for (var i = 0; i < Registers; i++)
        {
            if (registers[i] != 0)
            {
                BinaryPrimitives.WriteUInt16BigEndian(packed.AsSpan(length), (ushort)i);
                packed[length + 2] = registers[i];
                length += 3;
            }
        }

        return packed;
    }

    private static long Estimate(byte[] registers)
    {
        var sum = 0.0;
        var empty = 0;
        foreach (var rank in registers)
        {
            sum += Math.Pow(2, -rank);
            empty += rank == 0 ? 1 : 0;
        }

        var estimate = Alpha * Registers * Registers / sum;
        if (estimate <= 5 * Registers)
        {
            estimate -= DistinctBias.Of(estimate);
        }

        var linear = empty == 0 ? estimate : Registers * Math.Log((double)Registers / empty);
        return (long)Math.Round(linear <= LinearLimit ? linear : estimate, MidpointRounding.AwayFromZero);
    }

    // CouchDB's hash function. It only has to spread keys evenly.
    private static void Hash(ReadOnlySpan<byte> term, Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha.AppendData(term);
        sha.GetHashAndReset(hash);
    }
}
