using System.Buffers.Binary;
using System.Globalization;

namespace CloudWall.Indexing.Collation;

/// <summary>Strings in the order of Unicode's root collation at its third level, as ICU implements it.</summary>
internal static class StringCollation
{
    /// <summary>
    /// The maximum length of one character's part of a sort key: the longest expansion has 18 elements of up to 7 bytes.
    /// </summary>
    private const int LongestPerCharacter = 128;

    private const int ShortText = 128;

    private static readonly CompareInfo Root = CultureInfo.InvariantCulture.CompareInfo;

    [ThreadStatic]
    private static byte[]? _scratch;

    [ThreadStatic]
    private static RecentKeys? _recent;

    /// <summary>
    /// Identifies the version of the collation. Another version may order some strings differently, so indexes with its keys are rebuilt.
    /// </summary>
    public static string Version { get; } = $"{Root.Version.FullVersion:x}-{Root.Version.SortId:N}";

    /// <summary>ICU's version number of the collation, without trailing zeros.</summary>
    public static string CollatorVersion { get; } = WriteVersion(Root.Version.FullVersion);

    /// <summary>Checks that the runtime has a collation.</summary>
    /// <exception cref="PlatformNotSupportedException">The runtime is in globalization-invariant mode.</exception>
    public static void EnsureAvailable()
    {
        // Without ICU, strings are compared by their code units, where capitals come first.
        if (Root.Compare("a", "B", CompareOptions.None) >= 0)
        {
            throw new PlatformNotSupportedException(
                "Views need Unicode collation: install ICU and do not run in globalization-invariant mode (DOTNET_SYSTEM_GLOBALIZATION_INVARIANT).");
        }
    }

    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => Root.Compare(a, b, CompareOptions.None);

    /// <summary>
    /// The sort key of a string: bytes that order as the strings do, and contain no zero. Valid until the next call on the same thread.
    /// </summary>
    public static ReadOnlySpan<byte> SortKey(ReadOnlySpan<char> text)
    {
        if (text.Length is > 0 and <= RecentKeys.LongestText)
        {
            // The same names, days and types recur all the time.
            var recent = _recent ??= new RecentKeys();
            if (recent.TryGet(text, out var key))
            {
                return key;
            }

            key = Make(text);
            recent.Add(text, key);
            return key;
        }

        return Make(text);
    }

    private static ReadOnlySpan<byte> Make(ReadOnlySpan<char> text)
    {
        var scratch = _scratch ??= new byte[ShortText * LongestPerCharacter];
        if (text.Length > ShortText)
        {
            var needed = Root.GetSortKeyLength(text, CompareOptions.None);
            if (needed > scratch.Length)
            {
                scratch = new byte[needed];
            }
        }

        ReadOnlySpan<byte> key = scratch.AsSpan(0, Root.GetSortKey(text, scratch, CompareOptions.None));
        return key is [.., 0] ? key[..^1] : key;
    }

    private static string WriteVersion(int version)
    {
        Span<byte> parts = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(parts, version);
        return string.Join('.', parts.TrimEnd((byte)0).ToArray());
    }
}
