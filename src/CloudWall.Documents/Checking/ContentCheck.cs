using System.Buffers.Binary;
using System.Security.Cryptography;
using CloudWall.Documents.Attachments;
using CloudWall.Documents.Records;
using CloudWall.Storage;

namespace CloudWall.Documents.Checking;

/// <summary>Compares stored content with its address, its length and its reference counts.</summary>
internal sealed class ContentCheck(DatabaseRange range, References references, Action<string> report)
{
    private readonly HashSet<long> _blobs = [];
    private readonly HashSet<long> _uploads = [];

    /// <summary>Bytes of content that leaves refer to.</summary>
    public long LeafContent { get; private set; }

    /// <summary>Bytes of all content.</summary>
    public long Content { get; private set; }

    /// <summary>Adds a blob being uploaded.</summary>
    public void AddUpload(long blob) => _uploads.Add(blob);

    /// <summary>The number of blobs being uploaded.</summary>
    public int Uploads => _uploads.Count;

    /// <summary>Checks one content.</summary>
    public void Add(ReadOnlySpan<byte> contentId, in ContentRecord content)
    {
        var address = Convert.ToHexString(contentId);
        var found = references.Take(contentId);
        Content += content.StoredLength;
        LeafContent += found.Leaves > 0 ? content.StoredLength : 0;
        Require(found.All == content.References, $"content {address} counts {content.References} references, but has {found.All}");
        Require(
            found.Leaves == content.LeafReferences,
            $"content {address} counts {content.LeafReferences} leaves that refer to it, but has {found.Leaves}");
        Require(found.All == 0 || found.StoredLength == content.StoredLength, $"content {address} has another length than attachments say");
        if (content.Blob != ContentStore.EmptyBlob)
        {
            Require(_blobs.Add(content.Blob), $"blob {content.Blob} belongs to several contents");
            Require(!_uploads.Contains(content.Blob), $"blob {content.Blob} is stored and still being received");
        }

        CheckBytes(contentId, content, address);
    }

    /// <summary>Reports references to missing content. Call it after all content was checked.</summary>
    public void End()
    {
        Require(references.Remaining == 0, $"{references.Remaining} contents are gone that attachments refer to");
        using var chunks = range.Scan(Keyspace.Attachments);
        var key = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(key, range.Number);
        while (chunks.MoveNext())
        {
            var blob = BinaryPrimitives.ReadInt64BigEndian(chunks.Key[4..]);
            Require(_blobs.Contains(blob) || _uploads.Contains(blob), $"blob {blob} belongs to no content");
            BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(4), blob + 1);
            chunks.Seek(key);
        }
    }

    private void CheckBytes(ReadOnlySpan<byte> contentId, in ContentRecord content, string address)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = 0L;
        if (content.Blob != ContentStore.EmptyBlob)
        {
            Span<byte> from = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(from, content.Blob);
            Span<byte> to = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(to, content.Blob + 1);
            using var chunks = range.Scan(Keyspace.Attachments, from, to);
            for (var number = 0u; chunks.MoveNext(); number++)
            {
                Require(BinaryPrimitives.ReadUInt32BigEndian(chunks.Key[12..]) == number, $"blob {content.Blob} has a hole before chunk {number}");
                Require(length == number * (long)ContentStore.ChunkSize, $"blob {content.Blob} has a short chunk before chunk {number}");
                hash.AppendData(chunks.Value);
                length += chunks.Value.Length;
            }
        }

        Require(length == content.StoredLength, $"content {address} has {length} of {content.StoredLength} bytes");
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetCurrentHash(digest);
        Require(digest.SequenceEqual(contentId), $"content {address} has other bytes than its address says");
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            report(otherwise);
        }
    }
}
