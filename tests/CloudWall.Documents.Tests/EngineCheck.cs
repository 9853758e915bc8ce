using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Compaction;
using CloudWall.Documents.Counts;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Documents.Revisions;
using CloudWall.Storage;

namespace CloudWall.Documents.Tests;

/// <summary>
/// Walks over everything that a store holds and finds out from scratch whether it agrees with itself: rows with documents, counts with
/// both, references with bodies, content with its addresses.
/// </summary>
internal sealed class EngineCheck
{
    private static readonly byte[] Start = [];
    private static readonly byte[] End = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    private readonly KeyValueReader _store;
    private readonly Dictionary<uint, Content> _databases = [];
    private ulong? _countSeed;

    private EngineCheck(KeyValueReader store) => _store = store;

    /// <summary>Checks a store.</summary>
    /// <param name="store">The store; nothing writes to it meanwhile, or it is a snapshot.</param>
    /// <param name="uploads">Whether there may be content that is being received.</param>
    public static void Verify(KeyValueReader store, bool uploads = false)
    {
        var check = new EngineCheck(store);
        check.ReadMeta();
        check.ReadDocuments();
        check.ReadBodies();
        check.ReadSequences();
        check.ReadAttachments();
        check.ReadLocal();
        check.VerifyBlocks();
        foreach (var (number, database) in check._databases)
        {
            database.VerifySizes(SizeAudit.Run(store, number));
            database.Verify(uploads);
        }
    }

    private static void Require(bool holds, string otherwise) => Assert.True(holds, otherwise);

    private void ReadMeta()
    {
        var states = new Dictionary<uint, DatabaseState>();
        var dropped = new List<uint>();
        var next = 1u;
        using var rows = _store.Scan(Keyspace.Meta, Start, End);
        while (rows.MoveNext())
        {
            switch (rows.Key[0])
            {
                case 1:
                    Require(rows.Value is [DatabaseCatalogue.FormatVersion], "the format is unknown");
                    break;
                case 2:
                    next = BinaryPrimitives.ReadUInt32BigEndian(rows.Value);
                    break;
                case 3:
                    var record = CatalogueRecord.Read(rows.Value);
                    var name = Encoding.UTF8.GetString(rows.Key[1..]);
                    Require(_databases.TryAdd(record.Number, new Content(name)), $"{name} has the number of another");
                    break;
                case 4:
                    states.Add(BinaryPrimitives.ReadUInt32BigEndian(rows.Key[1..]), DatabaseState.Read(rows.Value));
                    break;
                case 6:
                    _countSeed = BinaryPrimitives.ReadUInt64BigEndian(rows.Value);
                    break;
                case 7:
                    dropped.Add(Keys.ReadDropped(rows.Key));
                    break;
                default:
                    Require(_databases.ContainsKey(BinaryPrimitives.ReadUInt32BigEndian(rows.Key[1..])), "security of no database");
                    break;
            }
        }

        Require(_countSeed is not null, "the seed of the counts is gone");
        Require(!dropped.Exists(_databases.ContainsKey), "a database is noted as deleted");
        Require(states.Keys.Order().SequenceEqual(_databases.Keys.Order()), "states and catalogue differ");
        foreach (var (number, database) in _databases)
        {
            Require(number < next, $"{database.Name} has a number that will be given again");
            database.State = states[number];
        }
    }

    private void Walk(Keyspace space, Action<Content, byte[], byte[]> visit)
    {
        using var rows = _store.Scan(space, Start, End);
        while (rows.MoveNext())
        {
            var number = BinaryPrimitives.ReadUInt32BigEndian(rows.Key);
            Require(_databases.TryGetValue(number, out var database), $"{space} has data of the unknown database {number}");
            visit(database!, rows.Key.ToArray(), rows.Value.ToArray());
        }
    }

    private void VerifyBlocks()
    {
        var counts = new Dictionary<uint, SortedDictionary<byte[], long>>();
        Walk(Keyspace.Counts, (_, key, value) =>
        {
            var number = BinaryPrimitives.ReadUInt32BigEndian(key);
            if (!counts.TryGetValue(number, out var blocks))
            {
                counts.Add(number, blocks = new(ByteOrder.Instance));
            }

            blocks.Add(key, new RecordReader(value).Number());
        });
        foreach (var (number, database) in _databases)
        {
            database.VerifyBlocks(number, _countSeed!.Value, counts.GetValueOrDefault(number) ?? new(ByteOrder.Instance));
        }
    }

    private void ReadDocuments() => Walk(Keyspace.Documents, (database, key, value) =>
    {
        var rest = key.AsSpan(Keys.RecordPrefix);
        switch (key[4])
        {
            case 1:
                var id = Encoding.UTF8.GetString(rest);
                var record = DocumentRecordCodec.Read(id, value);
                var head = DocumentRecordCodec.ReadHead(value);
                Require(
                    head.Deleted == record.Deleted && head.Winner == record.Winner.Revision && head.Sequence == record.Sequence,
                    $"the head of {id} differs from its tree");
                database.Documents.Add(id, record);
                break;
            case 2:
                var end = rest.Length - 10;
                Require(rest[end] == 0 && rest[end + 1] == 1, "a page has a strange key");
                var owner = Encoding.UTF8.GetString(rest[..end]).Replace("\0\uFFFD", "\0", StringComparison.Ordinal);
                var index = BinaryPrimitives.ReadInt64BigEndian(rest[(end + 2)..]);
                database.Pages.Add((owner, index), RevisionTreeCodec.ReadPage(index, value));
                break;
            case 3:
                database.Contents.Add(Convert.ToHexString(rest), ContentRecord.Read(value));
                break;
            case 4:
                database.Uploads.Add(BinaryPrimitives.ReadInt64BigEndian(rest));
                break;
            default:
                Require(key[4] == 5, "a key of no known kind");
                database.Purges.Add(BinaryPrimitives.ReadInt64BigEndian(rest));
                PurgeCodec.Read(0, value);
                break;
        }
    });

    private void ReadBodies() => Walk(Keyspace.Bodies, (database, key, value) =>
    {
        Keys.ReadBody(key, out var id, out var revision);
        var offset = BodyCodec.Read(value, out var attachments);
        Require(value.Length > offset && value[offset] == '{' && value[^1] == '}', $"the body of {id} {revision} is no object");
        database.Bodies.Add((id, revision), (value.Length - offset, attachments));
    });

    private void ReadSequences() => Walk(Keyspace.Sequences, (database, key, value) =>
    {
        var leaves = new RevisionLeaf[1];
        SequenceRowCodec.Read(value, ref leaves, out var count);
        var id = Encoding.UTF8.GetString(SequenceRowCodec.ReadId(value));
        var row = leaves.Take(count).Select(leaf => (leaf.Revision, leaf.Flags)).ToList();
        database.Rows.Add(Keys.ReadSequence(key), (id, row));
    });

    private void ReadAttachments() => Walk(Keyspace.Attachments, (database, key, value) =>
    {
        var blob = BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(4));
        var chunk = BinaryPrimitives.ReadUInt32BigEndian(key.AsSpan(12));
        if (!database.Blobs.TryGetValue(blob, out var chunks))
        {
            database.Blobs.Add(blob, chunks = []);
        }

        Require(chunk == chunks.Count, $"blob {blob} has a hole");
        chunks.Add(value);
    });

    private void ReadLocal() => Walk(Keyspace.Local, (database, key, value) =>
    {
        Require(DatabaseCore.ReadLocal(key, value).Body.Span is [(byte)'{', .., (byte)'}'], "a local document is no object");
        database.LocalCount++;
    });

    /// <summary>What was found of one database.</summary>
    private sealed class Content(string name)
    {
        public string Name { get; } = name;

        public DatabaseState State { get; set; }

        public Dictionary<string, DocumentRecord> Documents { get; } = [];

        public Dictionary<(string Id, long Index), AncestorPage> Pages { get; } = [];

        public Dictionary<string, ContentRecord> Contents { get; } = [];

        public HashSet<long> Uploads { get; } = [];

        public List<long> Purges { get; } = [];

        public Dictionary<(string Id, RevisionId Revision), (long Length, IReadOnlyList<AttachmentInfo> Attachments)> Bodies { get; } = [];

        public SortedDictionary<long, (string Id, List<(RevisionId Revision, RevisionFlags Flags)> Leaves)> Rows { get; } = [];

        public Dictionary<long, List<byte[]>> Blobs { get; } = [];

        public int LocalCount { get; set; }

        public void VerifyBlocks(uint number, ulong seed, SortedDictionary<byte[], long> stored)
        {
            var counted = new Dictionary<string, long>();
            for (var level = 1; level <= 3; level++)
            {
                foreach (var sequence in Rows.Keys)
                {
                    var first = sequence - (sequence % (1L << (7 * level)));
                    var key = new KeyWriter(new byte[32]);
                    Keys.SequenceCount(ref key, number, level, first);
                    Count(key.Written, 1);
                }

                var blocks = stored.Keys.Where(key => key[4] == 2 && key[5] == level).Select(key => key[6..]).ToList();
                foreach (var document in Documents.Values)
                {
                    // Blocks last, even where their first document is purged.
                    var id = Encoding.UTF8.GetBytes(document.Id);
                    var at = blocks.BinarySearch(id, ByteOrder.Instance);
                    Require(at >= 0 || DocumentCounts.Height(seed, id) < level, $"{document.Id} does not begin a block of level {level}");
                    var first = at >= 0 ? id : ~at > 0 ? blocks[~at - 1] : [];
                    var key = new KeyWriter(new byte[32]);
                    Keys.DocumentCount(ref key, number, level, first);
                    Count(key.Written, document.Deleted ? 0 : 1);
                }
            }

            foreach (var (key, count) in stored)
            {
                counted.Remove(Convert.ToHexString(key), out var rows);
                Require(rows == count, $"{Name} counts {count} of {rows} rows in the block {Convert.ToHexString(key)}");
            }

            Require(counted.Values.All(count => count == 0), $"{Name} lacks counts of {string.Join(' ', counted.Keys)}");

            void Count(ReadOnlySpan<byte> key, int by)
            {
                var text = Convert.ToHexString(key);
                counted[text] = counted.GetValueOrDefault(text) + by;
            }
        }

        public void VerifySizes(SizeAudit audit)
        {
            // What was removed cannot be seen any more.
            var sizes = State.Sizes;
            Require(sizes is { RemovedBodies: >= 0, RemovedContent: >= 0 }, "less than nothing was removed");
            var found = audit.Sizes with { RemovedBodies = sizes.RemovedBodies, RemovedContent = sizes.RemovedContent };
            Require(Shown(found) == Shown(sizes), $"{Name} has {Shown(found)}, not {Shown(sizes)}");
            foreach (var (address, content) in Contents)
            {
                var leaves = audit.LeafReferences.GetValueOrDefault(address);
                Require(leaves == content.LeafReferences, $"{content.LeafReferences} leaves are counted that refer to {address}, {leaves} do");
            }

            static string Shown(in DatabaseSizes sizes) =>
                $"external {sizes.External}, leaves {sizes.LeafBodies}, bodies {sizes.Bodies}, records {sizes.Records}, "
                + $"rows {sizes.Rows}, local {sizes.Local}, content of leaves {sizes.LeafContent}, content {sizes.Content}";
        }

        public void Verify(bool uploads)
        {
            VerifyCounts();
            foreach (var document in Documents.Values)
            {
                VerifyDocument(document);
            }

            Require(Pages.Count == 0, $"pages of nobody are left: {string.Join(' ', Pages.Keys)}");
            VerifyContents();
            Require(uploads || Uploads.Count == 0, "uploads are left");
            var used = Contents.Values.Select(content => content.Blob).Concat(Uploads).ToHashSet();
            Require(Blobs.Keys.All(used.Contains), "chunks of nobody are left");
        }

        private void VerifyCounts()
        {
            var deleted = Documents.Values.Count(document => document.Deleted);
            Require(State.DeletedCount == deleted, $"{State.DeletedCount} are counted as deleted, {deleted} are");
            Require(State.DocumentCount == Documents.Count - deleted, $"{State.DocumentCount} documents are counted of {Documents.Count - deleted}");
            Require(State.LocalCount == LocalCount, $"{State.LocalCount} local documents are counted of {LocalCount}");
            Require(Rows.Count == Documents.Count, $"{Rows.Count} rows for {Documents.Count} documents");
            Require(Rows.Count == 0 || Rows.Keys.Max() <= State.UpdateSequence, "a row lies ahead of the update sequence");
            Require(Documents.Values.Sum(document => document.LeafSizes.Sum(size => size.External)) == State.Sizes.External, "the external size is wrong");
            var purges = State.PurgeSequence - State.OldestPurge + 1;
            Require(Purges.Order().SequenceEqual(Enumerable.Range(0, (int)purges).Select(i => State.OldestPurge + i)), "the purge history has holes");
        }

        private void VerifyDocument(DocumentRecord document)
        {
            Require(
                Rows.TryGetValue(document.Sequence, out var row)
                && row.Id == document.Id
                && row.Leaves.SequenceEqual(document.Tree.Leaves.Select(leaf => (leaf.Revision, leaf.Flags))),
                $"the row of {document.Id} differs from its tree");
            for (var i = 0; i < document.Tree.Leaves.Count; i++)
            {
                var leaf = document.Tree.Leaves[i];
                Require(Bodies.TryGetValue((document.Id, leaf.Revision), out var body), $"{document.Id} {leaf.Revision} has no body");
                var size = body.Length + body.Attachments.Sum(attachment => attachment.Length);
                var known = new LeafSize(size, body.Attachments.Count > 0);
                Require(document.LeafSizes[i] == known, $"{document.Id} {leaf.Revision} has {known}, not {document.LeafSizes[i]}");
                Require(leaf.Sequence <= document.Sequence, $"{document.Id} {leaf.Revision} is newer than its document");
            }

            var pages = new List<AncestorPage>();
            foreach (var index in document.Tree.TailPages())
            {
                Require(Pages.Remove((document.Id, index), out var page), $"{document.Id} lacks the page {index}");
                pages.Add(page!);
            }

            document.Tree.AttachTail(pages);
            foreach (var leaf in document.Tree.Leaves)
            {
                var path = document.Tree.PathOf(leaf.Revision);
                for (var i = 0; i < path.Count; i++)
                {
                    Require(path[i].Revision.Generation == leaf.Revision.Generation - i, $"the history of {document.Id} has a hole");
                }
            }
        }

        private void VerifyContents()
        {
            var references = new Dictionary<string, long>();
            foreach (var ((id, _), (_, attachments)) in Bodies)
            {
                Require(Documents.ContainsKey(id), $"a body of {id} is left");
                foreach (var attachment in attachments)
                {
                    var address = Convert.ToHexString(attachment.ContentId.Span);
                    references[address] = references.GetValueOrDefault(address) + 1;
                    Require(Contents.TryGetValue(address, out var content), $"the content of {id}/{attachment.Name} is gone");
                    Require(content.StoredLength == attachment.StoredLength, $"{id}/{attachment.Name} has another length");
                }
            }

            var blobs = new HashSet<long>();
            foreach (var (address, content) in Contents)
            {
                Require(references.GetValueOrDefault(address) == content.References, $"{address} counts {content.References} references");
                Require(content.Blob == ContentStore.EmptyBlob || blobs.Add(content.Blob), $"blob {content.Blob} belongs to several");
                Require(!Uploads.Contains(content.Blob), $"blob {content.Blob} is still being received");
                var chunks = content.Blob == ContentStore.EmptyBlob ? [] : Blobs[content.Blob];
                Require(chunks.SkipLast(1).All(chunk => chunk.Length == ContentStore.ChunkSize), $"blob {content.Blob} has short chunks");
                var bytes = chunks.SelectMany(chunk => chunk).ToArray();
                Require(bytes.Length == content.StoredLength, $"blob {content.Blob} has {bytes.Length} bytes of {content.StoredLength}");
                Require(Convert.ToHexString(SHA256.HashData(bytes)) == address, $"blob {content.Blob} has other bytes");
            }
        }
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
