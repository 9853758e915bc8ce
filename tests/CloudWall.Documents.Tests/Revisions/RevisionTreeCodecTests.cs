using System.Buffers;
using CloudWall.Documents.Revisions;
using CsCheck;

namespace CloudWall.Documents.Tests.Revisions;

public sealed class RevisionTreeCodecTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef";

    [Fact]
    public void A_first_revision_takes_little_more_than_its_hash()
    {
        Assert.Equal(21, TreeText.Bytes(TreeText.Tree($"1:{Hash}+@100")).Length);
        Assert.Equal(22, TreeText.Bytes(TreeText.Tree($"1:{Hash}+@10000")).Length);
        Assert.Equal(38, TreeText.Bytes(TreeText.Tree($"2:{Hash}/{Hash}+@100")).Length);
        Assert.Equal(2, TreeText.Bytes(new RevisionTree()).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1:a+@0")]
    [InlineData("1:+@9223372036854775807")]
    [InlineData($"9223372036854775807:{Hash}-@5")]
    [InlineData("0:zero+@5")]
    [InlineData("3:c//0123456789abcdef+@5 3:d//0123456789abcdef-@6 9:x+@7")]
    [InlineData("1:more-than-thirty-two-characters-of-a-foreign-hash+@5")]
    public void Trees_come_back_as_they_were(string paths)
    {
        var tree = TreeText.Tree(paths);
        byte[] bytes = [.. TreeText.Bytes(tree), 1, 2, 3];
        var read = RevisionTreeCodec.Read(bytes, out var consumed);
        Assert.Equal(bytes.Length - 3, consumed);
        Assert.Equal(bytes[..consumed], TreeText.Bytes(read));
        Assert.Equal(tree.Leaves, read.Leaves);
        Assert.False(read.IsChanged);
    }

    [Fact]
    public void Sixteen_bytes_of_text_are_the_same_as_their_hexadecimal_digits()
    {
        var tree = TreeText.Tree("1:0123456789abcdef+@1");
        Assert.Equal(21, TreeText.Bytes(tree).Length);
        Assert.Equal(MergeOutcome.InternalNode, TreeText.Merge(tree, "1:30313233343536373839616263646566+@2"));
    }

    [Fact]
    public void Forks_may_have_any_number_of_children()
    {
        for (var children = 1; children <= 300; children++)
        {
            var tree = new RevisionTree();
            for (var i = 0; i < children; i++)
            {
                TreeText.Merge(tree, $"2:{i}/root+@{i}");
            }

            Assert.Equal(children, RevisionTreeCodec.Read(TreeText.Bytes(tree), out _).Leaves.Count);
        }
    }

    [Fact]
    public void Pages_come_back_as_they_were()
    {
        var history = new History();
        var revision = history.Edit(-1, 30);
        revision = history.Edit(revision, hasForeignHash: true);
        var tree = new RevisionTree();
        tree.Merge(history.Path(revision), RevisionFlags.Stored, 1);
        tree.Merge(history.Path(3), RevisionFlags.Stored | RevisionFlags.Deleted, 2);
        foreach (var page in tree.SpillTail())
        {
            var output = new ArrayBufferWriter<byte>();
            RevisionTreeCodec.WritePage(page, output);
            var read = RevisionTreeCodec.ReadPage(page.Index, output.WrittenSpan);
            Assert.Equal(page.Index, read.Index);
            Assert.Equal(page.OldestFirst, read.OldestFirst);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("02 00")]
    [InlineData("01")]
    [InlineData("01 01")]
    [InlineData("01 FFFFFFFFFFFFFFFF7F")]
    [InlineData("01 FFFFFFFFFFFFFFFFFF01")]
    [InlineData("01 01 01 06 01 61")]
    [InlineData("01 01 01 06 FFFFFFFF7F 61 00")]
    [InlineData("01 01 01 F6 FFFFFFFFFFFFFFFF7F 01 61")]
    [InlineData("01 01 FFFFFFFFFFFFFFFF7F 16 01 61 06 01 62 00")]
    [InlineData("01 02 02 06 01 61 00 01 06 01 61 00")]
    [InlineData("01 01 01 26 01 61 06 01 63 00 06 01 62 00")]
    [InlineData("01 01 08 0E 00 08 01 61 00")]
    [InlineData("01 01 08 1E 00 09 01 61 06 01 62 00")]
    [InlineData("01 01 08 1E 00 00 01 61 06 01 62 00")]
    [InlineData("01 01 09 1E 00 08 01 61 06 01 62 00")]
    [InlineData("01 02 08 1E 00 08 01 61 06 01 62 00 08 1E 00 08 01 63 06 01 62 00")]
    [InlineData("01 01 01 06 10 30313233343536373839616263646566 00")]
    public void Refuses_what_is_no_tree(string hex) =>
        Assert.Throws<InvalidDataException>(() => RevisionTreeCodec.Read(Convert.FromHexString(hex.Replace(" ", "")), out _));

    [Theory]
    [InlineData("")]
    [InlineData("02 01 00")]
    [InlineData("01 01 01")]
    [InlineData("01 01 09")]
    [InlineData("01 01 01 08 01 61")]
    [InlineData("01 01 01 06 01 61 00")]
    [InlineData("01 FFFFFFFFFFFFFFFF7F 01 06 01 61")]
    public void Refuses_what_is_no_page(string hex) =>
        Assert.Throws<InvalidDataException>(() => RevisionTreeCodec.ReadPage(0, Convert.FromHexString(hex.Replace(" ", ""))));

    [Fact]
    public void Corrupt_trees_are_refused_or_work()
    {
        var valid = Samples();
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Select(Gen.Int[0, 5000], Gen.Byte).Array[0, 6], Gen.Int[0, 5000], Gen.Byte.Array[0, 40])
            .Sample(
                (sample, flips, cut, noise) =>
                {
                    var bytes = (byte[])valid[sample].Clone();
                    foreach (var (at, value) in flips)
                    {
                        bytes[at % bytes.Length] = value;
                    }

                    Try(cut % 3 == 0 ? bytes[..(cut % (bytes.Length + 1))] : bytes);
                    Try([1, .. noise]);
                    TryPage([1, .. noise]);
                },
                iter: 20_000);

        static void Try(byte[] bytes)
        {
            RevisionTree tree;
            try
            {
                tree = RevisionTreeCodec.Read(bytes, out var consumed);
                Assert.InRange(consumed, 1, bytes.Length);
            }
            catch (InvalidDataException)
            {
                return;
            }

            var written = TreeText.Bytes(tree);
            Assert.Equal(written, TreeText.Bytes(RevisionTreeCodec.Read(written, out _)));
            RevisionId[] path = [new RevisionId(2, 1), new RevisionId(1, 1)];
            if (tree.CanMergeWithoutTail(path))
            {
                tree.Merge(path, RevisionFlags.Stored, 1);
            }

            if (tree.CanStemWithoutTail(3))
            {
                tree.Stem(3, null);
            }

            tree.SpillTail();
            Assert.Equal(tree.Leaves, RevisionTreeCodec.Read(TreeText.Bytes(tree), out _).Leaves);
        }

        static void TryPage(byte[] bytes)
        {
            try
            {
                Assert.InRange(RevisionTreeCodec.ReadPage(0, bytes).OldestFirst.Count, 0, RevisionTree.PageSize);
            }
            catch (InvalidDataException)
            {
                return;
            }
        }
    }

    private static byte[][] Samples()
    {
        var history = new History();
        var trunk = history.Edit(-1, 50);
        var paged = new RevisionTree();
        paged.Merge(history.Path(trunk), RevisionFlags.Stored, 1);
        paged.SpillTail();
        paged.Merge(history.Path(history.Edit(trunk - 1, 30), 35), RevisionFlags.Stored, 2);
        paged.SpillTail();
        return
        [
            TreeText.Bytes(TreeText.Tree($"1:{Hash}+@100")),
            TreeText.Bytes(TreeText.Tree("3:c/b/a+@5 3:d/b/a-@6 9:x+@7 2:y/a+@300")),
            TreeText.Bytes(paged),
        ];
    }
}
