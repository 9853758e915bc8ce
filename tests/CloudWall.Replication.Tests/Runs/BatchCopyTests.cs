using System.Runtime.CompilerServices;
using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Admission;
using CloudWall.Documents.Attachments;
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
    public async Task What_the_target_has_is_not_copied_and_is_to_be_verified()
    {
        await using var source = new Shelf();
        await using var target = new Shelf();
        var (one, other) = (Revision('1'), Revision('2'));
        target.Revisions.Add(("a", one));
        var progress = new RunProgress();
        var copy = new BatchCopy(source, target, progress, static _ => Assert.Fail("nothing is refused"));

        await copy.RunAsync([new PeerChange("1", "a", [one, other]), new PeerChange("2", "b", [one])], isTargetEmpty: false, CancellationToken.None);

        Assert.Equal((3, 2, 2), (progress.Statistics.Checked, progress.Statistics.Missing, progress.Statistics.Written));
        Assert.Contains(copy.ToVerify, change => change.Id == "a" && change.Leaves.SequenceEqual([one]));
        Assert.Empty(await target.FindMissingAsync(copy.ToVerify, CancellationToken.None));
    }

    /// <summary>A CouchDB takes a local document for what it is, and then has no such revision.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("_local/a")]
    [InlineData("_local/")]
    [InlineData("_design/")]
    [InlineData("_a")]
    public async Task A_document_that_cannot_be_is_passed_over_and_counted_once(string id)
    {
        await using var source = new Shelf();
        await using var target = new Shelf();
        var (one, other) = (Revision('1'), Revision('2'));
        var (progress, refused) = (new RunProgress(), new List<WriteFailure>());
        var copy = new BatchCopy(source, target, progress, refused.Add);
        PeerChange[] changes = [new("1", "a", [one]), new("2", id, [one, other]), new("3", "_design/a", [one])];

        await copy.RunAsync(changes, isTargetEmpty: true, CancellationToken.None);
        await copy.RunAsync(changes, isTargetEmpty: true, CancellationToken.None);

        Assert.Equal([("_design/a", one), ("a", one)], target.Revisions.Order());
        Assert.Equal((2, 2, 2), (progress.Statistics.Checked, progress.Statistics.Written, progress.Statistics.Failures));
        Assert.Equal([(id, one), (id, other)], refused.Select(static failure => (failure.Id, failure.Revision)));
        Assert.DoesNotContain(copy.ToVerify, change => change.Id == id);
    }

    /// <summary>Review, attack 8: what is on its way is taken from the memory that all share.</summary>
    [Fact]
    public async Task What_is_on_its_way_is_taken_from_the_memory_that_all_share()
    {
        var memory = Memory(16 << 20);
        var taken = new List<long>();
        await using var source = new Shelf { Body = new byte[100_000] };
        await using var target = new Shelf { Writing = _ => taken.Add(memory.Taken) };
        var copy = new BatchCopy(source, target, new RunProgress(), static _ => Assert.Fail("nothing is refused"), memory);

        await copy.RunAsync([.. Enumerable.Range(0, 100).Select(static i => new PeerChange("1", $"d{i}", [Revision('1')]))], isTargetEmpty: true, CancellationToken.None);

        Assert.Equal(100, target.Revisions.Count);
        Assert.InRange(taken.Count, 2, 10);
        Assert.All(taken.SkipLast(1), static bytes => Assert.InRange(bytes, 20L * 200_000, 10L << 20));
        Assert.Equal(0, memory.Taken);
    }

    /// <summary>It would not fit with what its source holds of it, however long it waits.</summary>
    [Fact]
    public async Task A_revision_for_which_there_can_be_no_memory_is_refused()
    {
        await using var source = new Shelf { Stubs = 10_000 };
        await using var target = new Shelf();
        var refused = new List<WriteFailure>();
        var copy = new BatchCopy(source, target, new RunProgress(), refused.Add, Memory(16 << 20));

        await copy.RunAsync([new PeerChange("1", "a", [Revision('1')])], isTargetEmpty: true, CancellationToken.None);

        Assert.Equal(("a", 413, "document_too_large"), (Assert.Single(refused).Id, refused[0].Error.Status, refused[0].Error.Error));
        Assert.Empty(target.Revisions);
    }

    /// <summary>Others have the rest of the memory: what is held is stored, and makes room.</summary>
    [Fact]
    public async Task Where_there_is_no_more_memory_what_is_held_is_stored_first()
    {
        var memory = Memory(16 << 20);
        using var others = new MemoryShare(memory);
        await others.ReserveAsync(others.Largest - 1_000_000, CancellationToken.None);
        await using var source = new Shelf { Body = new byte[100_000] };
        await using var target = new Shelf();
        var copy = new BatchCopy(source, target, new RunProgress(), static _ => Assert.Fail("nothing is refused"), memory);
        PeerChange[] changes = [.. Enumerable.Range(0, 20).Select(static i => new PeerChange("1", $"d{i}", [Revision('1')]))];

        await copy.RunAsync(changes, isTargetEmpty: true, CancellationToken.None);
        Assert.Equal(20, target.Revisions.Count);

        // Where there is none at all it may be there later.
        await others.ReserveAsync(1_000_000, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<PeerException>(() => copy.RunAsync([new PeerChange("1", "x", [Revision('1')])], isTargetEmpty: true, CancellationToken.None));
        Assert.Equal((429, true), (failure.Error.Status, failure.IsTransient));
        Assert.Contains("request_memory", failure.Error.Reason, StringComparison.Ordinal);
    }

    /// <summary>What descends from it may be outside the selection.</summary>
    [Theory]
    [InlineData("a", '1', true)]
    [InlineData("a", '2', false)]
    [InlineData("b", '1', false)]
    public async Task A_retry_stores_what_it_asks_for_and_nothing_else(string id, char digit, bool isStored)
    {
        await using var source = new Shelf { Sends = new FetchedRevision(id, [Revision(digit), Revision('1')], false, "{}"u8.ToArray(), []) };
        await using var target = new Shelf();
        var copy = new BatchCopy(source, target, new RunProgress(), static _ => { }) { IsRetry = true };

        await copy.RunAsync([new PeerChange("0", "a", [Revision('1')])], isTargetEmpty: false, CancellationToken.None);

        Assert.Equal((isStored, !isStored, isStored ? 1 : 0), (target.Revisions.Count > 0, copy.IsGone, copy.Stored));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_comes_with_the_changes_is_not_postponed_any_more_unless_it_is_refused(bool isRefused)
    {
        var progress = new RunProgress();
        progress.Postponed.Add(new WriteFailure("a", Revision('1'), new DocumentError(500, "", "")), TimeProvider.System);
        await using var source = new Shelf
        {
            Sends = new FetchedRevision("a", [Revision('2'), Revision('1')], false, "{}"u8.ToArray(), [])
            {
                Fault = isRefused ? new DocumentError(400, "", "") : null,
            },
        };
        await using var target = new Shelf();

        await new BatchCopy(source, target, progress, static _ => { }).RunAsync(
            [new PeerChange("1", "a", [Revision('2')])], isTargetEmpty: false, CancellationToken.None);

        Assert.Equal(isRefused ? 1 : 0, progress.Postponed.Snapshot().Count);
    }

    private static SharedMemory Memory(long capacity) => new(
        capacity, 0, TimeSpan.FromMinutes(1), new DocumentError(429, "busy", "Later."), new DocumentError(413, "large", "Never."), TimeProvider.System);

    private static RevisionId Revision(char digit) => RevisionId.TryParse(Encoding.UTF8.GetBytes("1-" + new string(digit, 32)), out var revision) ? revision : default;

    /// <summary>A source that has all that is asked for, and a target that keeps what it gets.</summary>
    private sealed class Shelf : StubPeer
    {
        public List<(string Id, RevisionId Revision)> Revisions { get; } = [];

        public byte[] Body { get; init; } = "{}"u8.ToArray();

        public int Stubs { get; init; }

        /// <summary>What it sends, whatever it is asked for.</summary>
        public FetchedRevision? Sends { get; init; }

        public Action<int>? Writing { get; init; }

        public override Task<IReadOnlyList<MissingRevisions>> FindMissingAsync(IReadOnlyList<PeerChange> changes, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<MissingRevisions>>(
                [.. changes.Select(change => new MissingRevisions(change.Id, [.. change.Leaves.Where(leaf => !Revisions.Contains((change.Id, leaf)))], []))
                    .Where(static missing => missing.Revisions.Count > 0)]);

        public override async IAsyncEnumerable<FetchedRevision> FetchAsync(
            IReadOnlyList<MissingRevisions> missing, [EnumeratorCancellation] CancellationToken cancellation)
        {
            if (Sends is not null)
            {
                yield return Sends;
                yield break;
            }

            foreach (var document in missing)
            {
                foreach (var revision in document.Revisions)
                {
                    await Task.Yield();
                    var stub = new FetchedAttachment("a", "b/c", 1, null, 1, 1, ContentEncoding.Identity, static _ => throw new NotSupportedException());
                    yield return new FetchedRevision(document.Id, [revision], false, Body, [.. Enumerable.Repeat(stub, Stubs)]);
                }
            }
        }

        public override Task<IReadOnlyList<WriteFailure>> WriteAsync(IReadOnlyList<FetchedRevision> revisions, CancellationToken cancellation)
        {
            Writing?.Invoke(revisions.Count);
            Revisions.AddRange(revisions.Where(static revision => revision.Fault is null).Select(static revision => (revision.Id, revision.Path[0])));
            return Task.FromResult<IReadOnlyList<WriteFailure>>(
                [.. revisions.Where(static revision => revision.Fault is not null).Select(static revision => new WriteFailure(revision.Id, revision.Path[0], revision.Fault!))]);
        }
    }
}
