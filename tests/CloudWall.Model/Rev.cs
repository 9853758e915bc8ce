using System.Globalization;

namespace CloudWall.Model;

/// <summary>A revision as text knows it: generation and 32 hexadecimal digits.</summary>
public readonly record struct Rev(long Generation, string Hash) : IComparable<Rev>
{
    public static Rev Parse(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return new Rev(long.Parse(text.AsSpan(0, dash), CultureInfo.InvariantCulture), text[(dash + 1)..]);
    }

    public int CompareTo(Rev other)
    {
        var byGeneration = Generation.CompareTo(other.Generation);
        return byGeneration != 0 ? byGeneration : string.CompareOrdinal(Hash, other.Hash);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Generation}-{Hash}");

    public static bool operator <(Rev left, Rev right) => left.CompareTo(right) < 0;

    public static bool operator <=(Rev left, Rev right) => left.CompareTo(right) <= 0;

    public static bool operator >(Rev left, Rev right) => left.CompareTo(right) > 0;

    public static bool operator >=(Rev left, Rev right) => left.CompareTo(right) >= 0;
}
