using System.Buffers;
using System.Buffers.Binary;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Databases;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Writing;

/// <summary>
/// The reference counts of content within one batch. Content without references is removed; content that is stored already is not stored
/// again.
/// </summary>
internal sealed class ContentReferences(DatabaseCore core)
{
    private const int KeyLength = Keys.RecordPrefix + 32;

    private readonly Dictionary<Address, Entry> _entries = [];
    private readonly List<StoredContent> _adopted = [];

    public void Add(AttachmentInfo attachment, StoredContent? content, WriteBatch batch)
    {
        var entry = Load(attachment.ContentId.Span);
        if (entry.Record.References <= 0 && !entry.Stored)
        {
            if (content is null)
            {
                throw new InvalidDataException("The content of an attachment is not stored.");
            }

            entry.Record = new ContentRecord(Adopt(content, batch), content.StoredLength, 0, 0);
            entry.Stored = true;
        }

        entry.Record = entry.Record with { References = entry.Record.References + 1 };
    }

    /// <summary>Whether an attachment's content is stored.</summary>
    public bool Has(AttachmentInfo attachment)
    {
        var entry = Load(attachment.ContentId.Span);
        return entry.Stored && entry.Record.References > 0;
    }

    public void Remove(AttachmentInfo attachment)
    {
        var entry = Load(attachment.ContentId.Span);
        if (entry.Stored)
        {
            entry.Record = entry.Record with { References = entry.Record.References - 1 };
        }
    }

    /// <summary>Adds a leaf's reference, in addition to the reference of the stored revision.</summary>
    public void AddLeaf(AttachmentInfo attachment) => CountLeaf(attachment, 1);

    /// <summary>Removes the reference of a revision that stopped being a leaf.</summary>
    public void RemoveLeaf(AttachmentInfo attachment) => CountLeaf(attachment, -1);

    public void Flush(WriteBatch batch, ref DatabaseSizes sizes)
    {
        var value = new ArrayBufferWriter<byte>(32);
        foreach (var (address, entry) in _entries)
        {
            if (!entry.Stored)
            {
                continue;
            }

            var record = entry.Record;
            var before = entry.Before;
            value.ResetWrittenCount();
            record.Write(value);
            Flush(address, record, value.WrittenSpan, batch);
            sizes.Records -= entry.StoredBytes;
            if (record.References > 0)
            {
                sizes.Records += DatabaseSizes.Entry(KeyLength, value.WrittenCount);
            }
            else
            {
                sizes.RemovedContent += record.StoredLength;
            }

            sizes.Content += (record.References > 0 ? record.StoredLength : 0) - (before.References > 0 ? before.StoredLength : 0);
            sizes.LeafContent += (record.LeafReferences > 0 ? record.StoredLength : 0) - (before.LeafReferences > 0 ? before.StoredLength : 0);
        }
    }

    /// <summary>Called after the commit: the documents now own the adopted blobs.</summary>
    public void Committed()
    {
        foreach (var content in _adopted)
        {
            content.Adopted = true;
        }
    }

    private long Adopt(StoredContent content, WriteBatch batch)
    {
        if (content.Inline is not { } bytes)
        {
            if (content.Adopted)
            {
                throw new InvalidOperationException("The content was written before, and has been dropped since.");
            }

            var upload = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
            Keys.Upload(ref upload, core.Number, content.Blob);
            batch.Delete(Keyspace.Documents, upload.Written);
            upload.Dispose();
            _adopted.Add(content);
            return content.Blob;
        }

        if (bytes.IsEmpty)
        {
            return ContentStore.EmptyBlob;
        }

        var blob = core.Contents.NextBlob();
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Chunk(ref key, core.Number, blob, 0);
        batch.Put(Keyspace.Attachments, key.Written, bytes.Span);
        key.Dispose();
        return blob;
    }

    private void Flush(Address address, ContentRecord record, ReadOnlySpan<byte> value, WriteBatch batch)
    {
        Span<byte> contentId = stackalloc byte[32];
        address.CopyTo(contentId);
        var key = new KeyWriter(stackalloc byte[KeyWriter.StackSize]);
        Keys.Content(ref key, core.Number, contentId);
        if (record.References > 0)
        {
            batch.Put(Keyspace.Documents, key.Written, value);
        }
        else
        {
            batch.Delete(Keyspace.Documents, key.Written);
            if (record.Blob != ContentStore.EmptyBlob)
            {
                ContentStore.RemoveBlob(batch, core.Number, record.Blob, record.StoredLength);
            }
        }

        key.Dispose();
    }

    private void CountLeaf(AttachmentInfo attachment, int by)
    {
        var entry = Load(attachment.ContentId.Span);
        if (entry.Stored)
        {
            entry.Record = entry.Record with { LeafReferences = entry.Record.LeafReferences + by };
        }
    }

    private Entry Load(ReadOnlySpan<byte> contentId)
    {
        var address = new Address(contentId);
        if (!_entries.TryGetValue(address, out var entry))
        {
            entry = core.Contents.Find(contentId, out var length) is { } stored
                ? new Entry { Stored = true, Record = stored, Before = stored, StoredBytes = DatabaseSizes.Entry(KeyLength, length) }
                : new Entry();
            _entries.Add(address, entry);
        }

        return entry;
    }

    private sealed class Entry
    {
        public ContentRecord Record;
        public bool Stored;

        /// <summary>The record on disk with its counted size.</summary>
        public ContentRecord Before;
        public long StoredBytes;
    }

    /// <summary>A SHA-256 as a dictionary key.</summary>
    private readonly record struct Address(UInt128 High, UInt128 Low)
    {
        public Address(ReadOnlySpan<byte> bytes)
            : this(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]))
        {
        }

        public void CopyTo(Span<byte> bytes)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes, High);
            BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], Low);
        }
    }
}
