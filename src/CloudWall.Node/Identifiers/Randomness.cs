using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CloudWall.Node.Identifiers;

/// <summary>Random numbers in the forms that a node needs. Thread-safe.</summary>
/// <param name="fill">Fills a buffer with random bytes.</param>
public sealed class Randomness(RandomFill fill)
{
    private const int MostBytes = 64;

    /// <summary>The system's cryptographic random numbers.</summary>
    public static Randomness OfSystem { get; } = new(RandomNumberGenerator.Fill);

    /// <summary>A generator that repeats the same numbers for the same seed, for simulations.</summary>
    public static Randomness Seeded(int seed)
    {
        var random = new Random(seed);
        return new Randomness(bytes =>
        {
            lock (random)
            {
                random.NextBytes(bytes);
            }
        });
    }

    /// <summary>Random hexadecimal digits in lower case.</summary>
    /// <param name="digits">The number of digits: even, at most 128.</param>
    public string Hex(int digits)
    {
        Span<byte> bytes = stackalloc byte[MostBytes];
        bytes = bytes[..(digits / 2)];
        fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>A random whole number.</summary>
    /// <param name="least">The inclusive lower bound.</param>
    /// <param name="end">The exclusive upper bound.</param>
    public int Between(int least, int end) => least + (int)(Bits() % (uint)(end - least));

    /// <summary>A random number from 0 to 1, excluding 1.</summary>
    public double Fraction() => (Bits() >> 11) * (1.0 / (1L << 53));
}
