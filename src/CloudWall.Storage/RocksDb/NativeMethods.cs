using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>
/// The functions of RocksDB's C API (rocksdb/c.h) that the engine needs, under their own names. Pointers are raw: the caller holds a
/// reference to the owning handle during the call. An <c>error</c> must be zero before the call; afterwards the caller owns the string
/// (<see cref="NativeError"/>).
/// </summary>
internal static partial class NativeMethods
{
    private const string Library = "rocksdb";

    [LibraryImport(Library)]
    internal static partial void rocksdb_free(nint pointer);

    // The database.
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rocksdb_open_column_families(
        nint options, string name, int count, [In] string[] names, nint[] columnFamilyOptions, nint[] columnFamilies, ref nint error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rocksdb_open_for_read_only_column_families(
        nint options,
        string name,
        int count,
        [In] string[] names,
        nint[] columnFamilyOptions,
        nint[] columnFamilies,
        byte failIfLogExists,
        ref nint error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_close(nint db);

    [LibraryImport(Library)]
    internal static partial void rocksdb_column_family_handle_destroy(nint columnFamily);

    [LibraryImport(Library)]
    internal static partial void rocksdb_write(nint db, nint writeOptions, nint batch, ref nint error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_flush_wal(nint db, byte sync, ref nint error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_flush_cf(nint db, nint flushOptions, nint columnFamily, ref nint error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_compact_range_cf_opt(
        nint db, nint columnFamily, nint compactOptions, ReadOnlySpan<byte> start, nuint startLength, ReadOnlySpan<byte> limit, nuint limitLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_flush_cfs(nint db, nint flushOptions, nint[] columnFamilies, int count, ref nint error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_delete_file_in_range_cf(
        nint db, nint columnFamily, ReadOnlySpan<byte> start, nuint startLength, ReadOnlySpan<byte> limit, nuint limitLength, ref nint error);

    [LibraryImport(Library)]
    internal static partial void rocksdb_enable_manual_compaction(nint db);

    [LibraryImport(Library)]
    internal static partial void rocksdb_disable_manual_compaction(nint db);

    [LibraryImport(Library)]
    internal static unsafe partial void rocksdb_approximate_sizes_cf_with_flags(
        nint db, nint columnFamily, int count, byte** starts, nuint* startLengths, byte** limits, nuint* limitLengths, byte flags, ulong* sizes, ref nint error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rocksdb_property_int_cf(nint db, nint columnFamily, string name, out ulong value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint rocksdb_property_value_cf(nint db, nint columnFamily, string name);

    // Its files. The list owns the names and keys.
    [LibraryImport(Library)]
    internal static partial nint rocksdb_livefiles(nint db);

    [LibraryImport(Library)]
    internal static partial void rocksdb_livefiles_destroy(nint files);

    [LibraryImport(Library)]
    internal static partial int rocksdb_livefiles_count(nint files);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_livefiles_name(nint files, int index);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_livefiles_column_family_name(nint files, int index);

    [LibraryImport(Library)]
    internal static partial nuint rocksdb_livefiles_size(nint files, int index);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_livefiles_smallestkey(nint files, int index, out nuint length);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_livefiles_largestkey(nint files, int index, out nuint length);

    // Reading.
    [LibraryImport(Library)]
    internal static partial nint rocksdb_get_pinned_cf(
        nint db, nint readOptions, nint columnFamily, ReadOnlySpan<byte> key, nuint keyLength, ref nint error);

    [LibraryImport(Library)]
    internal static unsafe partial void rocksdb_batched_multi_get_cf(
        nint db, nint readOptions, nint columnFamily, nuint count, byte** keys, nuint* lengths, nint* values, nint* errors, byte sorted);

    [LibraryImport(Library), SuppressGCTransition]
    internal static unsafe partial byte* rocksdb_pinnableslice_value(nint slice, out nuint length);

    [LibraryImport(Library)]
    internal static partial void rocksdb_pinnableslice_destroy(nint slice);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_create_snapshot(nint db);

    [LibraryImport(Library)]
    internal static partial void rocksdb_release_snapshot(nint db, nint snapshot);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_readoptions_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_readoptions_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_readoptions_set_snapshot(nint options, nint snapshot);

    [LibraryImport(Library)]
    internal static unsafe partial void rocksdb_readoptions_set_iterate_lower_bound(nint options, byte* key, nuint keyLength);

    [LibraryImport(Library)]
    internal static unsafe partial void rocksdb_readoptions_set_iterate_upper_bound(nint options, byte* key, nuint keyLength);

    // Iterating. The three calls that only read the current entry take a few instructions, so they skip the transition out of the runtime's
    // cooperative mode.
    [LibraryImport(Library)]
    internal static partial nint rocksdb_create_iterator_cf(nint db, nint readOptions, nint columnFamily);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_destroy(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_seek_to_first(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_seek_to_last(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_seek(nint iterator, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_seek_for_prev(nint iterator, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_next(nint iterator);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_prev(nint iterator);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial byte rocksdb_iter_valid(nint iterator);

    [LibraryImport(Library), SuppressGCTransition]
    internal static unsafe partial byte* rocksdb_iter_key(nint iterator, out nuint length);

    [LibraryImport(Library), SuppressGCTransition]
    internal static unsafe partial byte* rocksdb_iter_value(nint iterator, out nuint length);

    [LibraryImport(Library)]
    internal static partial void rocksdb_iter_get_error(nint iterator, ref nint error);

    // Writing.
    [LibraryImport(Library)]
    internal static partial nint rocksdb_writebatch_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_destroy(nint batch);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_clear(nint batch);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_set_save_point(nint batch);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_rollback_to_save_point(nint batch, ref nint error);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int rocksdb_writebatch_count(nint batch);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial nint rocksdb_writebatch_data(nint batch, out nuint size);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_put_cf(
        nint batch, nint columnFamily, ReadOnlySpan<byte> key, nuint keyLength, ReadOnlySpan<byte> value, nuint valueLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_delete_cf(nint batch, nint columnFamily, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_singledelete_cf(nint batch, nint columnFamily, ReadOnlySpan<byte> key, nuint keyLength);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writebatch_delete_range_cf(
        nint batch, nint columnFamily, ReadOnlySpan<byte> start, nuint startLength, ReadOnlySpan<byte> limit, nuint limitLength);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_writeoptions_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_writeoptions_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writeoptions_set_sync(nint options, byte sync);

    [LibraryImport(Library)]
    internal static partial void rocksdb_writeoptions_disable_WAL(nint options, int disable);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_flushoptions_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_flushoptions_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_compactoptions_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_compactoptions_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_compactoptions_set_exclusive_manual_compaction(nint options, byte exclusive);

    [LibraryImport(Library)]
    internal static partial void rocksdb_compactoptions_set_bottommost_level_compaction(nint options, byte mode);

    [LibraryImport(Library)]
    internal static partial void rocksdb_compactoptions_set_blob_garbage_collection_policy(nint options, int policy);

    [LibraryImport(Library)]
    internal static partial void rocksdb_compactoptions_set_blob_garbage_collection_age_cutoff(nint options, double cutoff);
}
