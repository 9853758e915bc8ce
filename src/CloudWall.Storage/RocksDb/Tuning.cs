using static CloudWall.Storage.RocksDb.NativeOptions;

namespace CloudWall.Storage.RocksDb;

/// <summary>How the database and each keyspace's column family are set up.</summary>
internal static class Tuning
{
    private const int NoCompression = 0;
    private const int Lz4Compression = 4;
    private const int ZstdCompression = 7;
    private const int PointInTimeRecovery = 2;
    private const int WarnLevel = 2;
    private const int TwoLevelIndex = 2;

    /// <summary>Fewer files to hold open than this are few beside those that the first levels of all keyspaces may have.</summary>
    private const int FewFiles = 128;

    /// <summary>
    /// The column families' names, by keyspace. They are on disk: never rename or reuse one. RocksDB insists on a "default".
    /// </summary>
    internal static readonly string[] ColumnFamilyNames = ["default", "documents", "bodies", "sequences", "attachments", "local", "counts"];

    /// <summary>A cache for everything, so that one number bounds the memory.</summary>
    internal static SettingsHandle CreateCache(RocksDbOptions options)
    {
        using var settings = new SettingsHandle(rocksdb_lru_cache_options_create(), rocksdb_lru_cache_options_destroy);
        rocksdb_lru_cache_options_set_capacity(settings.Pointer, (nuint)options.CacheBytes);

        // Few shards: each must have room for the write buffers' reservations, which come in pieces of 256 KiB.
        rocksdb_lru_cache_options_set_num_shard_bits(settings.Pointer, 3);
        return new SettingsHandle(rocksdb_cache_create_lru_opts(settings.Pointer), rocksdb_cache_destroy);
    }

    /// <summary>Bounds the write buffers of all column families together, at the cache's cost.</summary>
    internal static SettingsHandle CreateWriteBufferManager(RocksDbOptions options, SettingsHandle cache) =>
        new(
            rocksdb_write_buffer_manager_create_with_cache((nuint)options.WriteBufferBytes, cache.Pointer, allowStall: 0),
            rocksdb_write_buffer_manager_destroy);

    /// <summary>The settings of the database as a whole.</summary>
    /// <param name="options">What memory and files there are.</param>
    /// <param name="writeBufferManager">What bounds write buffers.</param>
    /// <param name="lenient">Whether tables that are missing or garbled only fail to be read, instead of the whole database.</param>
    internal static SettingsHandle CreateDatabaseOptions(RocksDbOptions options, SettingsHandle writeBufferManager, bool lenient)
    {
        var settings = new SettingsHandle(rocksdb_options_create(), rocksdb_options_destroy);
        var native = settings.Pointer;
        rocksdb_options_set_create_if_missing(native, 1);
        rocksdb_options_set_create_missing_column_families(native, 1);
        rocksdb_options_set_paranoid_checks(native, lenient ? (byte)0 : (byte)1);

        // After a power failure the log may end in any mixture of what was written since the last sync: pages can reach the
        // disk out of order, so that a bad record has good ones behind it. A node that nobody watches must come up from that,
        // with every synced write: recovery stops at the first bad record. The modes that would refuse cannot tell such an end
        // from damage. Damage elsewhere is still refused: logs that are complete are noted in the manifest with their sizes and
        // must be whole, table files must not be ahead of a log that ended early, and tables and blobs carry checksums.
        rocksdb_options_set_wal_recovery_mode(native, PointInTimeRecovery);
        rocksdb_options_set_track_and_verify_wals_in_manifest(native, 1);
        rocksdb_options_set_max_total_wal_size(native, (ulong)options.LogBytes);
        rocksdb_options_set_max_manifest_file_size(native, 4u << 20);
        rocksdb_options_set_max_background_jobs(native, 2);
        rocksdb_options_set_max_open_files(native, options.MaxOpenFiles);
        rocksdb_options_set_write_buffer_manager(native, writeBufferManager.Pointer);

        // Table files and unsynced logs trickle to the disk, or the sync of a small write would have to wait for all of them.
        rocksdb_options_set_bytes_per_sync(native, 1u << 20);
        rocksdb_options_set_wal_bytes_per_sync(native, 1u << 20);

        // The engine's log is for accidents only, and an idle node does not wake up to write statistics. The engine
        // still flushes that log every ten seconds, which nothing turns off.
        rocksdb_options_set_info_log_level(native, WarnLevel);
        rocksdb_options_set_keep_log_file_num(native, 2);
        rocksdb_options_set_max_log_file_size(native, 1u << 20);
        rocksdb_options_set_stats_dump_period_sec(native, 0);
        rocksdb_options_set_stats_persist_period_sec(native, 0);
        return settings;
    }

    /// <summary>The settings of one keyspace.</summary>
    /// <param name="options">What memory there is.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="space">The keyspace.</param>
    /// <param name="alone">
    /// Whether it is its store's only one: then its write buffer may fill all that there is for those of all stores, which leaves fewer
    /// and larger files to compact.
    /// </param>
    internal static SettingsHandle CreateColumnFamilyOptions(RocksDbOptions options, SettingsHandle cache, Keyspace space, bool alone)
    {
        var settings = new SettingsHandle(rocksdb_options_create(), rocksdb_options_destroy);
        var native = settings.Pointer;
        rocksdb_options_set_write_buffer_size(native, (nuint)Math.Max(alone ? options.WriteBufferBytes : options.WriteBufferBytes / 2, 1 << 20));

        // Small arenas, because each column family has one however little is written to it.
        rocksdb_options_set_arena_block_size(native, 256u << 10);
        rocksdb_options_set_target_file_size_base(native, 32u << 20);

        // The first level takes in what several small write buffers have left, all at once: it is rewritten then, so it is not to be much
        // larger than that.
        rocksdb_options_set_level0_file_num_compaction_trigger(native, 8);
        rocksdb_options_set_max_bytes_for_level_base(native, 32u << 20);
        rocksdb_options_set_level_compaction_dynamic_level_bytes(native, 1);
        if (space is Keyspace.Documents or Keyspace.Bodies)
        {
            // Ids at random go all over every level: what is written once is then rewritten for each level, the more often the smaller the
            // pieces that come down are beside the level that takes them. So more files come down at once, and levels grow in smaller
            // steps. Ids in ascending order do not care, and a look-up passes files by that have not got the key's range or hash.
            rocksdb_options_set_level0_file_num_compaction_trigger(native, 16);
            rocksdb_options_set_level0_slowdown_writes_trigger(native, 32);
            rocksdb_options_set_level0_stop_writes_trigger(native, 48);
            rocksdb_options_set_max_bytes_for_level_base(native, 128u << 20);
            rocksdb_options_set_max_bytes_for_level_multiplier(native, 5);
        }

        if (alone)
        {
            // What is built anew is compacted once, when it is there: until then compaction would only take the processor from what is
            // built.
            rocksdb_options_set_level0_file_num_compaction_trigger(native, 16);
            rocksdb_options_set_level0_slowdown_writes_trigger(native, 32);
            rocksdb_options_set_level0_stop_writes_trigger(native, 48);
        }

        if (space == Keyspace.Documents)
        {
            // Most new documents are looked for in vain.
            rocksdb_options_set_memtable_prefix_bloom_size_ratio(native, 0.02);
            rocksdb_options_set_memtable_whole_key_filtering(native, 1);
        }

        // A walk must not wade through what was removed: files with a stretch of removals are compacted early.
        rocksdb_options_add_compact_on_deletion_collector_factory(native, window: 4096, trigger: 2048);

        // Rows of the feed are mostly hashes, and counts are few bytes: unpacking them costs pages of changes more than it saves.
        rocksdb_options_set_compression(
            native, space is Keyspace.Sequences or Keyspace.Counts or Keyspace.Attachments ? NoCompression : Lz4Compression);
        if (options.MaxOpenFiles < (alone ? FewFiles / 2 : FewFiles))
        {
            // A scan and a compaction hold all files of the first level at once, beyond what is to be held open.
            rocksdb_options_set_level0_file_num_compaction_trigger(native, 2);
            rocksdb_options_set_level0_slowdown_writes_trigger(native, 4);
            rocksdb_options_set_level0_stop_writes_trigger(native, 6);
        }

        if (alone)
        {
            // The first level is rewritten soon.
            rocksdb_options_set_compression_per_level(native, [NoCompression, .. Enumerable.Repeat(Lz4Compression, 6)], 7);
        }

        if (space == Keyspace.Bodies)
        {
            // Most of the data by far, and most of it is in the last level.
            rocksdb_options_set_bottommost_compression(native, ZstdCompression);
        }

        if (space == Keyspace.Attachments)
        {
            // Chunks are written once and never rewritten; those that are left in mostly dead files move when the file is collected.
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

        // Indexes and filters live in the cache too, in pieces, so that they cannot outgrow the budget.
        rocksdb_block_based_options_set_cache_index_and_filter_blocks(table.Pointer, 1);
        rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table.Pointer, 1);
        rocksdb_block_based_options_set_index_type(table.Pointer, TwoLevelIndex);
        if (space != Keyspace.Sequences)
        {
            // Sequences are only ever walked. The table options own the policy from here on.
            rocksdb_block_based_options_set_filter_policy(table.Pointer, rocksdb_filterpolicy_create_bloom_full(10));
            rocksdb_block_based_options_set_partition_filters(table.Pointer, 1);
        }

        rocksdb_options_set_block_based_table_factory(native, table.Pointer);
        return settings;
    }
}
