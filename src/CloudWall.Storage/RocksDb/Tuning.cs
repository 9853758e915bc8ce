using static CloudWall.Storage.RocksDb.NativeOptions;

namespace CloudWall.Storage.RocksDb;

/// <summary>Options of the database and of each keyspace's column family.</summary>
internal static class Tuning
{
    private const int NoCompression = 0;
    private const int Lz4Compression = 4;
    private const int ZstdCompression = 7;
    private const int PointInTimeRecovery = 2;
    private const int WarnLevel = 2;
    private const int TwoLevelIndex = 2;

    /// <summary>Below this limit of open files, the first levels of all keyspaces would take most of it.</summary>
    private const int FewFiles = 128;

    /// <summary>
    /// The column families' names, by keyspace. They are stored on disk: never rename or reuse one. RocksDB requires a "default".
    /// </summary>
    internal static readonly string[] ColumnFamilyNames = ["default", "documents", "bodies", "sequences", "attachments", "local", "counts"];

    /// <summary>One cache for everything, so that one number bounds the memory.</summary>
    internal static SettingsHandle CreateCache(RocksDbOptions options)
    {
        using var settings = new SettingsHandle(rocksdb_lru_cache_options_create(), rocksdb_lru_cache_options_destroy);
        rocksdb_lru_cache_options_set_capacity(settings.Pointer, (nuint)options.CacheBytes);

        // Few shards: each must hold the write buffers' reservations, which come in units of 256 KiB.
        rocksdb_lru_cache_options_set_num_shard_bits(settings.Pointer, 3);
        return new SettingsHandle(rocksdb_cache_create_lru_opts(settings.Pointer), rocksdb_cache_destroy);
    }

    /// <summary>Bounds the write buffers of all column families together, and charges them to the cache.</summary>
    internal static SettingsHandle CreateWriteBufferManager(RocksDbOptions options, SettingsHandle cache) =>
        new(
            rocksdb_write_buffer_manager_create_with_cache((nuint)options.WriteBufferBytes, cache.Pointer, allowStall: 0),
            rocksdb_write_buffer_manager_destroy);

    /// <summary>Options of the database as a whole.</summary>
    /// <param name="options">Limits on memory and files.</param>
    /// <param name="writeBufferManager">The shared write-buffer budget.</param>
    /// <param name="lenient">Whether missing or corrupt tables fail only the reads that need them, instead of the open.</param>
    internal static SettingsHandle CreateDatabaseOptions(RocksDbOptions options, SettingsHandle writeBufferManager, bool lenient)
    {
        var settings = new SettingsHandle(rocksdb_options_create(), rocksdb_options_destroy);
        var native = settings.Pointer;
        rocksdb_options_set_create_if_missing(native, 1);
        rocksdb_options_set_create_missing_column_families(native, 1);
        rocksdb_options_set_paranoid_checks(native, lenient ? (byte)0 : (byte)1);

        // After a power failure the log may end in any mixture of the pages written since the last sync, with good records after a bad one.
        // A node without an operator must start from that with every synced write, so recovery stops at the first bad record. The stricter
        // modes cannot tell such a torn end from damage. Damage elsewhere is still refused: the manifest records the sizes of completed
        // logs, table files must not be ahead of a log that ended early, and tables and blobs have checksums.
        rocksdb_options_set_wal_recovery_mode(native, PointInTimeRecovery);
        rocksdb_options_set_track_and_verify_wals_in_manifest(native, 1);
        rocksdb_options_set_max_total_wal_size(native, (ulong)options.LogBytes);
        rocksdb_options_set_max_manifest_file_size(native, 4u << 20);
        rocksdb_options_set_max_background_jobs(native, 2);
        rocksdb_options_set_max_open_files(native, options.MaxOpenFiles);
        rocksdb_options_set_write_buffer_manager(native, writeBufferManager.Pointer);

        // Write table files and unsynced logs to disk gradually; otherwise the sync of a small write would wait for all of them.
        rocksdb_options_set_bytes_per_sync(native, 1u << 20);
        rocksdb_options_set_wal_bytes_per_sync(native, 1u << 20);

        // The engine logs errors only, and writes no periodic statistics, so that an idle node does not wake up. The engine still flushes
        // its log every ten seconds, which cannot be turned off.
        rocksdb_options_set_info_log_level(native, WarnLevel);
        rocksdb_options_set_keep_log_file_num(native, 2);
        rocksdb_options_set_max_log_file_size(native, 1u << 20);
        rocksdb_options_set_stats_dump_period_sec(native, 0);
        rocksdb_options_set_stats_persist_period_sec(native, 0);
        return settings;
    }

    /// <summary>Options of one keyspace.</summary>
    /// <param name="options">Limits on memory.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="space">The keyspace.</param>
    /// <param name="alone">
    /// Whether the store has only this keyspace. Its write buffer may then fill the budget of all stores, which gives fewer and larger
    /// files to compact.
    /// </param>
    internal static SettingsHandle CreateColumnFamilyOptions(RocksDbOptions options, SettingsHandle cache, Keyspace space, bool alone)
    {
        var settings = new SettingsHandle(rocksdb_options_create(), rocksdb_options_destroy);
        var native = settings.Pointer;
        rocksdb_options_set_write_buffer_size(native, (nuint)Math.Max(alone ? options.WriteBufferBytes : options.WriteBufferBytes / 2, 1 << 20));

        // Small arenas, because every column family allocates one even if it is rarely written.
        rocksdb_options_set_arena_block_size(native, 256u << 10);
        rocksdb_options_set_target_file_size_base(native, 32u << 20);

        // The base level receives the content of several small write buffers in one compaction and is rewritten then, so it should not be
        // much larger than them.
        rocksdb_options_set_level0_file_num_compaction_trigger(native, 8);
        rocksdb_options_set_max_bytes_for_level_base(native, 32u << 20);
        rocksdb_options_set_level_compaction_dynamic_level_bytes(native, 1);
        if (space is Keyspace.Documents or Keyspace.Bodies)
        {
            // Random ids spread over the whole key range, so each compaction rewrites much of the next level. The cost grows with the
            // number of levels and with the size ratio between a level and the data that comes down. So more files come down at once, and
            // levels grow by a smaller factor. Ascending ids are unaffected, and look-ups skip files by key range and Bloom filter.
            rocksdb_options_set_level0_file_num_compaction_trigger(native, 16);
            rocksdb_options_set_level0_slowdown_writes_trigger(native, 32);
            rocksdb_options_set_level0_stop_writes_trigger(native, 48);
            rocksdb_options_set_max_bytes_for_level_base(native, 128u << 20);
            rocksdb_options_set_max_bytes_for_level_multiplier(native, 5);
        }

        if (alone)
        {
            // A new index is compacted once, when it is complete. Compaction before that would only compete for the processor.
            rocksdb_options_set_level0_file_num_compaction_trigger(native, 16);
            rocksdb_options_set_level0_slowdown_writes_trigger(native, 32);
            rocksdb_options_set_level0_stop_writes_trigger(native, 48);
        }

        if (space == Keyspace.Documents)
        {
            // Most look-ups of new documents miss.
            rocksdb_options_set_memtable_prefix_bloom_size_ratio(native, 0.02);
            rocksdb_options_set_memtable_whole_key_filtering(native, 1);
        }

        // Scans should not step over many tombstones, so files with a run of them are compacted early.
        rocksdb_options_add_compact_on_deletion_collector_factory(native, window: 4096, trigger: 2048);

        // Rows of the feed are mostly hashes, and counts are a few bytes: decompression would cost page reads more than it saves.
        rocksdb_options_set_compression(
            native, space is Keyspace.Sequences or Keyspace.Counts or Keyspace.Attachments ? NoCompression : Lz4Compression);
        if (options.MaxOpenFiles < (alone ? FewFiles / 2 : FewFiles))
        {
            // Scans and compactions open all files of the first level at once, in excess of the limit.
            rocksdb_options_set_level0_file_num_compaction_trigger(native, 2);
            rocksdb_options_set_level0_slowdown_writes_trigger(native, 4);
            rocksdb_options_set_level0_stop_writes_trigger(native, 6);
        }

        if (alone)
        {
            // The first level is rewritten soon, so it is not compressed.
            rocksdb_options_set_compression_per_level(native, [NoCompression, .. Enumerable.Repeat(Lz4Compression, 6)], 7);
        }

        if (space == Keyspace.Bodies)
        {
            // Most data is in the last level, so stronger compression pays there.
            rocksdb_options_set_bottommost_compression(native, ZstdCompression);
        }

        if (space == Keyspace.Attachments)
        {
            // Chunks are written once and never rewritten by compaction. Live chunks in a mostly dead blob file move when the file is
            // collected.
            rocksdb_options_set_enable_blob_files(native, 1);
            rocksdb_options_set_min_blob_size(native, 4096);
            rocksdb_options_set_blob_file_size(native, 64u << 20);
            rocksdb_options_set_blob_compression_type(native, NoCompression);
            rocksdb_options_set_enable_blob_gc(native, 1);
            rocksdb_options_set_blob_gc_age_cutoff(native, 0.25);
            rocksdb_options_set_blob_gc_force_threshold(native, 0.5);
        }

        using var table = new SettingsHandle(rocksdb_block_based_options_create(), rocksdb_block_based_options_destroy);
        rocksdb_block_based_options_set_block_cache(table.Pointer, cache.Pointer);
        rocksdb_block_based_options_set_block_size(table.Pointer, space is Keyspace.Bodies or Keyspace.Sequences ? 8192u : 4096u);

        // Indexes and filters are partitioned and charged to the cache, so they cannot exceed the budget.
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(table.Pointer, 1);
        rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table.Pointer, 1);
        rocksdb_block_based_options_set_index_type(table.Pointer, TwoLevelIndex);
        if (space != Keyspace.Sequences)
        {
            // Sequences are only scanned, never looked up, so they need no filter. The table options take ownership of the policy.
            rocksdb_block_based_options_set_filter_policy(table.Pointer, rocksdb_filterpolicy_create_bloom_full(10));
            rocksdb_block_based_options_set_partition_filters(table.Pointer, 1);
        }

        rocksdb_options_set_block_based_table_factory(native, table.Pointer);
        return settings;
    }
}
