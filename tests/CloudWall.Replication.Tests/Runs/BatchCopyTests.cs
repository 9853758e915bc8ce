using System.Runtime.CompilerServices;
using System.Text;
using CloudWall.Documents.Revisions;
using CloudWall.Replication.Peers;
using CloudWall.Replication.Runs;

namespace CloudWall.Replication.Tests.Runs;

public sealed class BatchCopyTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_document_that_a_feed_names_twice_is_copied_once_with_all_its_leaves(bool isTargetEmpty)
    {
        await using var source = new Shelf();
        await using var target = new Shelf();
        var (one, other) = (Revision('1'), Revision('2'));
        var copy = new BatchCopy(source, target, new RunProgress(), static _ => Assert.Fail("nothing is refused"));

        await copy.RunAsync([new PeerChange("1", "a", [one]), new PeerChange("2", "b", [one]), new PeerChange("3", "a", [other, one])], isTargetEmpty, CancellationToken.None);

        Assert.Equal(
            [("a", one), ("a", other), ("b", one)], target.Revisions.Order().ToArray());
    }

    [Fact]
    public async Task What_the_target_has_is_not_copied_and_bears_witness()
    {
        await using var source = new Shelf();
        await using var target = new Shelf();
        var (one, other) = (Revision('1'), Revision('2'));
        target.Revisions.Add(("a", one));
        var progress = new RunProgress();
        var copy = new BatchCopy(source, target, progress, static _ => Assert.Fail("nothing is refused"));

        await copy.RunAsync([new PeerChange("1", "a", [one, other]), new PeerChange("2", "b", [one])], isTargetEmpty: false, CancellationToken.None);

        Assert.Equal((3, 2, 2), (progress.Statistics.Checked, progress.Statistics.Missing, progress.Statistics.Written));
        Assert.Contains(copy.Witnesses, witness => witness.Id == "a" && witness.Leaves.SequenceEqual([one]));
        Assert.Empty(await target.FindMissingAsync(copy.Witnesses, CancellationToken.None));
    }

    private static RevisionId Revision(char digit) => RevisionId.TryParse(Encoding.UTF8.GetBytes("1-" + new string(digit, 32)), out var revision) ? revision : default;

    /// <summary>A source that has all that is asked for, and a target that keeps what it gets.</summary>
    private sealed class Shelf : StubPeer
    {
        public List<(string Id, RevisionId Revision)> Revisions { get; } = [];

        public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(IReadOnlyList<PeerChange> changes, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<MissingRevisions>>(
                [.. changes.Select(change => new MissingRevisions(change.Id, [.. change.Leaves.Where(leaf => !Revisions.Contains((change.Id, leaf)))], []))
                    .Where(static missing => missing.Revisions.Count > 0)]);

        public override async IAsyncEnumerable<FetchedRevision> FetchAsync(
            IReadOnlyList<MissingRevisions> missing, [EnumeratorCancellation] CancellationToken cancellation)
        {
            foreach (var document in missing)
            {
                foreach (var revision in document.Revisions)
                {
                    await Task.Yield();
                    yield return new FetchedRevision(document.Id, [revision], false, "{}"u8.ToArray(), []);
                }
            }
        }

        public override Task<IReadOnlyList<WriteFailure>> WriteAsync(IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation)
        {
            Revisions.AddRange(revisions.Select(static revision => (revision.Id, revision.Path[0])));
            return Task.FromResult<IReadOnlyList<WriteFailure>>([]);
        }
    }
}
