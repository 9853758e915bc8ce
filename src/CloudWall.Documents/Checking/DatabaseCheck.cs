using System.Buffers.Binary;
using CloudWall.Documents.Counts;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Checks one database: its data for consistency, and its state against the data.</summary>
internal sealed class DatabaseCheck(DatabaseRange range, DatabaseState state, ulong seed, Action<string> report)
{
    private const byte RowBlockKind = 1;

    private DatabaseSizes _found;
    private long _rows;

    /// <summary>Runs the check.</summary>
    /// <param name="uploads">Whether uploads may exist.</param>
    public void Run(bool uploads)
    {
        var references = new References();
        using (var documents = new DocumentCheck(range, seed, references, report))
        {
            documents.Run();
            Compare("documents", documents.Present, state.DocumentCount);
            Compare("deleted documents", documents.Deleted, state.DeletedCount);
            ReadRows();
            Compare("rows of the feed", _rows, documents.Present + documents.Deleted);
            _found.External = documents.Bodies.External;
            _found.LeafBodies = documents.Bodies.LeafBodies;
            _found.Bodies = documents.Bodies.Bodies;
        }

        var content = new ContentCheck(range, references, report);
        ReadRecords(content);
        content.End();
        _found.Content = content.Content;
        _found.LeafContent = content.LeafContent;
        if (!uploads)
        {
            Compare("uploads that were not finished", content.Uploads, 0);
        }

        ReadLocal();
        CompareSizes();
    }

    private void ReadRows()
    {
        var levels = new BlockWalk[CountBlocks.Levels];
        for (var level = 1; level <= levels.Length; level++)
        {
            levels[level - 1] = new BlockWalk(range, RowBlockKind, level, report);
        }

        var last = 0L;
        Span<byte> start = stackalloc byte[8];
        using var rows = range.Scan(Keyspace.Sequences);
        while (rows.MoveNext())
        {
            _rows++;
            _found.Rows += DatabaseSizes.Entry(rows.Key.Length, rows.Value.Length);
            last = Keys.ReadSequence(rows.Key);
            for (var level = 1; level <= levels.Length; level++)
            {
                BinaryPrimitives.WriteInt64BigEndian(start, SequenceCounts.Floor(last, level));
                levels[level - 1].Count(rows.Key[4..], 1, start);
            }
        }

        foreach (var level in levels)
        {
            level.End();
            level.Dispose();
        }

        if (last > state.UpdateSequence)
        {
            report($"the newest row of the feed is {last}, ahead of the update sequence, {state.UpdateSequence}");
        }
    }

    private void ReadRecords(ContentCheck content)
    {
        // Uploads follow the stored content in key order.
        using (var uploads = range.Scan(Keyspace.Documents, 4))
        {
            while (uploads.MoveNext())
            {
                content.AddUpload(Keys.UploadBlob(uploads.Key));
            }
        }

        var purge = state.OldestPurge;
        using var records = range.Scan(Keyspace.Documents);
        while (records.MoveNext())
        {
            if (Keys.IsUpload(records.Key))
            {
                continue;
            }

            _found.Records += DatabaseSizes.Entry(records.Key.Length, records.Value.Length);
            if (Keys.TryReadContent(records.Key, out var contentId))
            {
                content.Add(contentId, ContentRecord.Read(records.Value));
            }
            else if (records.Key[Keys.RecordPrefix - 1] == 5)
            {
                PurgeCodec.Read(0, records.Value);
                Compare("a number in the purge history", Keys.ReadPurge(records.Key), purge++);
            }
            else if (records.Key[Keys.RecordPrefix - 1] is not (1 or 2))
            {
                report($"a record of no known kind: {Convert.ToHexString(records.Key)}");
            }
        }

        Compare("the end of the purge history", purge - 1, state.PurgeSequence);
    }

    private void ReadLocal()
    {
        var count = 0L;
        using var local = range.Scan(Keyspace.Local);
        while (local.MoveNext())
        {
            count++;
            _found.Local += DatabaseSizes.Entry(local.Key.Length, local.Value.Length);
            var document = DatabaseCore.ReadLocal(local.Key, local.Value);
            if (document.Body.Span is not [(byte)'{', .., (byte)'}'])
            {
                report($"the local document {document.Id} is no object");
            }
        }

        Compare("local documents", count, state.LocalCount);
    }

    private void CompareSizes()
    {
        var known = state.Sizes;
        Compare("bytes of documents", _found.External, known.External);
        Compare("bytes of leaves", _found.LeafBodies, known.LeafBodies);
        Compare("bytes of bodies", _found.Bodies, known.Bodies);
        Compare("bytes of records", _found.Records, known.Records);
        Compare("bytes of rows", _found.Rows, known.Rows);
        Compare("bytes of local documents", _found.Local, known.Local);
        Compare("bytes of content that leaves refer to", _found.LeafContent, known.LeafContent);
        Compare("bytes of content", _found.Content, known.Content);
    }

    private void Compare(string what, long found, long expected)
    {
        if (found != expected)
        {
            report($"{what}: {found}, not {expected} as it should be");
        }
    }
}
