using System.Runtime.InteropServices;

namespace CloudWall.Storage.RocksDb;

/// <summary>The options of RocksDB's C API that <see cref="Tuning"/> sets, under their own names.</summary>
internal static partial class NativeOptions
{
    private const string Library = "rocksdb";

    [LibraryImport(Library)]
    internal static partial nint rocksdb_options_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_create_if_missing(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_create_missing_column_families(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_paranoid_checks(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_wal_recovery_mode(nint options, int mode);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_track_and_verify_wals_in_manifest(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_total_wal_size(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_manifest_file_size(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_background_jobs(nint options, int count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_open_files(nint options, int count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_bytes_per_sync(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_wal_bytes_per_sync(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_info_log_level(nint options, int level);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_keep_log_file_num(nint options, nuint count);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_log_file_size(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_stats_dump_period_sec(nint options, uint seconds);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_stats_persist_period_sec(nint options, uint seconds);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_write_buffer_manager(nint options, nint manager);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_write_buffer_size(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_arena_block_size(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_target_file_size_base(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_bytes_for_level_base(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_max_bytes_for_level_multiplier(nint options, double multiplier);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_level0_file_num_compaction_trigger(nint options, int files);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_level0_slowdown_writes_trigger(nint options, int files);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_level0_stop_writes_trigger(nint options, int files);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_memtable_prefix_bloom_size_ratio(nint options, double ratio);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_memtable_whole_key_filtering(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_compression_per_level(nint options, int[] types, nuint levels);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_level_compaction_dynamic_level_bytes(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_add_compact_on_deletion_collector_factory(nint options, nuint window, nuint trigger);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_compression(nint options, int type);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_bottommost_compression(nint options, int type);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_enable_blob_files(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_min_blob_size(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_blob_file_size(nint options, ulong bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_blob_compression_type(nint options, int type);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_enable_blob_gc(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_blob_gc_age_cutoff(nint options, double ratio);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_blob_gc_force_threshold(nint options, double ratio);

    [LibraryImport(Library)]
    internal static partial void rocksdb_options_set_block_based_table_factory(nint options, nint tableOptions);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_block_based_options_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_block_cache(nint options, nint cache);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_block_size(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_filter_policy(nint options, nint policy);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_cache_index_and_filter_blocks(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_index_type(nint options, int type);

    [LibraryImport(Library)]
    internal static partial void rocksdb_block_based_options_set_partition_filters(nint options, byte value);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_filterpolicy_create_bloom_full(double bitsPerKey);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_lru_cache_options_create();

    [LibraryImport(Library)]
    internal static partial void rocksdb_lru_cache_options_destroy(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_lru_cache_options_set_capacity(nint options, nuint bytes);

    [LibraryImport(Library)]
    internal static partial void rocksdb_lru_cache_options_set_num_shard_bits(nint options, int bits);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_cache_create_lru_opts(nint options);

    [LibraryImport(Library)]
    internal static partial void rocksdb_cache_destroy(nint cache);

    [LibraryImport(Library)]
    internal static partial nint rocksdb_write_buffer_manager_create_with_cache(nuint bytes, nint cache, byte allowStall);

    [LibraryImport(Library)]
    internal static partial void rocksdb_write_buffer_manager_destroy(nint manager);
}
