using System.Buffers;
using System.Text;
using CloudWall.Documents.Revisions;

namespace CloudWall.Documents.Tests.Revisions;

/// <summary>
/// Trees as text, read from their binary form by its description alone: branches separated by spaces, roots from last to first, each
/// the leaf's generation, a colon and its revisions newest first, "+" where stored, "-" where stored and deleting, and the leaf's
/// sequence after "@". Ancestors in pages show as "(n)".
/// </summary>
internal static class TreeText
{
    public static string Of(RevisionTree tree) => Of(Bytes(tree));

    public static byte[] Bytes(RevisionTree tree)
    {
        var output = new ArrayBufferWriter<byte>();
        RevisionTreeCodec.Write(tree, output);
        return output.WrittenSpan.ToArray();
    }

    public static string Of(byte[] bytes)
    {
        var at = 0;
        Assert.Equal(1, bytes[at++]);
        var trees = new List<string>();
        for (var roots = Number(bytes, ref at); roots > 0; roots--)
        {
            var branches = new List<string>();
            Node(bytes, ref at, Number(bytes, ref at), isRoot: true, "", branches);
            trees.Insert(0, string.Join(' ', branches));
        }

        Assert.Equal(bytes.Length, at);
        return string.Join(' ', trees);
    }

    /// <summary>Revisions of a path such as "3:c/b/a", newest first.</summary>
    public static RevisionId[] Path(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var generation = long.Parse(text[..colon], null);
        return [.. text[(colon + 1)..].Split('/').Select((hash, i) => Revision(generation - i, hash))];
    }

    public static RevisionId Revision(long generation, string hash) =>
        RevisionId.TryParseHash(generation, Encoding.UTF8.GetBytes(hash), out var revision)
            ? revision
            : throw new FormatException(hash);

    /// <summary>Merges a path such as "3:c/b/a+@7".</summary>
    public static MergeOutcome Merge(RevisionTree tree, string text)
    {
        var sequence = text.IndexOf('@', StringComparison.Ordinal);
        var flags = text[sequence - 1] == '-' ? RevisionFlags.Stored | RevisionFlags.Deleted : RevisionFlags.Stored;
        return tree.Merge(Path(text[..(sequence - 1)]), flags, long.Parse(text[(sequence + 1)..], null));
    }

    /// <summary>A tree into which paths such as "3:c/b/a+@7", separated by spaces, were merged one after the other.</summary>
    public static RevisionTree Tree(string paths)
    {
        var tree = new RevisionTree();
        foreach (var path in paths.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Merge(tree, path);
        }

        return tree;
    }

    /// <summary>Revisions such as "3-c 2-b".</summary>
    public static RevisionId[] Revisions(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(RevisionId.Parse)];

    public static string Of(IEnumerable<RevisionId> revisions) => string.Join(' ', revisions);

    private static void Node(byte[] bytes, ref int at, long generation, bool isRoot, string above, List<string> branches)
    {
        var head = bytes[at++];
        long children = head >> 4;
        if (children == 15)
        {
            children += Number(bytes, ref at);
        }

        if ((head & 8) != 0)
        {
            Number(bytes, ref at);
            var gap = Number(bytes, ref at);
            above = $"/({gap}){above}";
            generation += isRoot ? 0 : gap;
        }

        var length = (head & 4) != 0 ? (int)Number(bytes, ref at) : 16;
        var hash = RevisionId.FromHashBytes(generation, bytes.AsSpan(at, length)).ToString();
        at += length;
        var text = hash[(hash.IndexOf('-', StringComparison.Ordinal) + 1)..] + ((head & 3) switch { 2 => "+", 3 => "-", _ => "" });
        if (children == 0)
        {
            branches.Add($"{generation}:{text}{above}@{Number(bytes, ref at)}");
        }

        for (; children > 0; children--)
        {
            Node(bytes, ref at, generation + 1, isRoot: false, "/" + text + above, branches);
        }
    }

    private static long Number(byte[] bytes, ref int at)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var part = bytes[at++];
            value |= (long)(part & 127) << shift;
            if (part < 128)
            {
                return value;
            }
        }
    }
}
