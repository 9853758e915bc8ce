using System.Runtime.CompilerServices;
using CloudWall.Storage.RocksDb;

namespace CloudWall.Storage.Tests.RocksDb;

public sealed class RocksDbStoreTests : KeyValueStoreContract
{
    private readonly TemporaryDirectory _directory = new();

    private string DataDirectory => Path.Combine(_directory.Path, "data");

    [Fact]
    public void A_store_opened_again_holds_what_was_committed()
    {
        foreach (var space in Enum.GetValues<Keyspace>())
        {
            Commit(batch =>
            {
                batch.Put(space, B("kept"), B("in " + space));
                batch.Put(space, B("removed"), B("x"));
                batch.Put(space, B("range"), B("x"));
            });
        }

        ((RocksDbStore)Store).Compact(Keyspace.Bodies, B(""), B("~"));
        foreach (var space in Enum.GetValues<Keyspace>())
        {
            Commit(batch =>
            {
                batch.Delete(space, B("removed"));
                batch.DeleteRange(space, B("range"), B("range~"));
            });
        }

        Store.Dispose();
        for (var i = 0; i < 2; i++)
        {
            using var store = Open();
            foreach (var space in Enum.GetValues<Keyspace>())
            {
                using var cursor = store.Scan(space, B(""), B("~"));
                Assert.Equal(["kept=in " + space], Drain(cursor));
            }
        }
    }

    [Fact]
    public void Synced_commits_survive_a_crash()
    {
        Commit(batch => batch.Put(Keyspace.Documents, B("a"), B("unsynced")));
        Commit(batch => batch.Put(Keyspace.Bodies, B("a"), B("synced")), sync: true);
        using var store = OpenCopy();
        Assert.Equal(B("unsynced"), store.GetBytes(Keyspace.Documents, B("a")));
        Assert.Equal(B("synced"), store.GetBytes(Keyspace.Bodies, B("a")));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("overwritten")]
    [InlineData("zeroed")]
    public void A_log_that_ends_in_the_middle_of_a_commit_is_taken_up_to_there(string how)
    {
        var value = new byte[5000];
        new Random(1).NextBytes(value);
        Commit(batch => batch.Put(Keyspace.Documents, B("a"), B("whole")), sync: true);
        Commit(
            batch =>
            {
                batch.Put(Keyspace.Documents, B("b"), value);
                batch.Put(Keyspace.Bodies, B("b"), value);
            },
            sync: true);
        using var store = OpenCopy(directory =>
        {
            using var log = new FileStream(TheFile(directory, "*.log"), FileMode.Open);
            switch (how)
            {
                case "cut":
                    log.SetLength(log.Length - 100);
                    break;
                case "overwritten":
                    log.Seek(-6000, SeekOrigin.End);
                    log.Write(new byte[] { 0xff, 0xff, 0xff, 0xff });
                    break;
                default:
                    var end = log.Length;
                    log.SetLength(end - 4000);
                    log.SetLength(end);
                    break;
            }
        });
        using var cursor = store.Scan(Keyspace.Documents, B(""), B("~"));
        Assert.Equal(["a=whole"], Drain(cursor));
        Assert.Null(store.GetBytes(Keyspace.Bodies, B("b")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_log_that_is_damaged_before_later_data_is_refused(bool cut)
    {
        // Flushing one keyspace begins a new log, and the other's data stays in the old one.
        Commit(batch => batch.Put(Keyspace.Bodies, B("a"), new byte[5000]), sync: true);
        Commit(batch => batch.Put(Keyspace.Documents, B("a"), B("a")), sync: true);
        ((RocksDbStore)Store).Compact(Keyspace.Documents, B(""), B("~"));
        Commit(batch => batch.Put(Keyspace.Documents, B("b"), B("b")), sync: true);
        var refusal = Assert.Throws<StorageException>(() => OpenCopy(directory =>
        {
            var log = Directory.GetFiles(directory, "*.log").Order().First();
            Assert.InRange(new FileInfo(log).Length, 5000, 10_000);
            if (cut)
            {
                using var file = new FileStream(log, FileMode.Open);
                file.SetLength(4000);
            }
            else
            {
                Flip(log, 2000);
            }
        }));
        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_table_file_is_refused_by_name()
    {
        Commit(batch => batch.Put(Keyspace.Documents, B("a"), new byte[2000]));
        Commit(batch => batch.Put(Keyspace.Bodies, B("b"), B("b")));
        ((RocksDbStore)Store).Compact(Keyspace.Documents, B(""), B("~"));
        var damaged = "";
        using var store = OpenCopy(directory => Flip(damaged = TheFile(directory, "*.sst"), 20));
        var failure = Assert.Throws<StorageException>(() => store.Get(Keyspace.Documents, B("a")));
        Assert.Contains(Path.GetFileName(damaged), failure.Message, StringComparison.Ordinal);
        using var cursor = store.Scan(Keyspace.Documents, B(""), B("~"));
        failure = Assert.Throws<StorageException>(() => cursor.MoveNext());
        Assert.Contains(Path.GetFileName(damaged), failure.Message, StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => store.Compact(Keyspace.Documents, B(""), B("~"), moveValues: true));
        Assert.Equal(B("b"), store.GetBytes(Keyspace.Bodies, B("b")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_damaged_or_missing_blob_file_is_refused_when_it_is_read(bool flip)
    {
        Commit(batch =>
        {
            batch.Put(Keyspace.Attachments, B("a"), new byte[50_000]);
            batch.Put(Keyspace.Attachments, B("small"), B("in the table"));
        });
        ((RocksDbStore)Store).Compact(Keyspace.Attachments, B(""), B("~"));
        using var store = OpenCopy(directory =>
        {
            var blobs = TheFile(directory, "*.blob");
            if (flip)
            {
                Flip(blobs, 20_000);
            }
            else
            {
                File.Delete(blobs);
            }
        });
        var failure = Assert.Throws<StorageException>(() => store.Get(Keyspace.Attachments, B("a")));
        Assert.Contains(flip ? "Blob CRC mismatch" : ".blob", failure.Message, StringComparison.Ordinal);
        using var cursor = store.Scan(Keyspace.Attachments, B(""), B("~"));
        Assert.Throws<StorageException>(() => cursor.MoveNext());
        Assert.Equal(B("in the table"), store.GetBytes(Keyspace.Attachments, B("small")));
    }

    [Theory]
    [InlineData("MANIFEST-*", true)]
    [InlineData("CURRENT", false)]
    [InlineData("CURRENT", true)]
    public void A_damaged_or_missing_file_is_refused_at_the_start(string pattern, bool flip)
    {
        Commit(batch => batch.Put(Keyspace.Attachments, B("a"), new byte[50_000]), sync: true);
        ((RocksDbStore)Store).Compact(Keyspace.Attachments, B(""), B("~"));
        var damaged = "";
        var refusal = Assert.Throws<StorageException>(() => OpenCopy(directory =>
        {
            damaged = TheFile(directory, pattern);
            if (flip)
            {
                Flip(damaged, (int)new FileInfo(damaged).Length / 2);
            }
            else
            {
                File.Delete(damaged);
            }
        }));
        Assert.Contains(Path.GetDirectoryName(damaged)!, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_in_use_is_refused_and_free_again_after_the_store_is_disposed_of()
    {
        _ = Store;
        var refusal = Assert.Throws<StorageException>(Open);
        Assert.Contains($"{DataDirectory} is in use", refusal.Message, StringComparison.Ordinal);
        Store.Dispose();
        Open().Dispose();
    }

    [Fact]
    public void A_directory_is_in_use_until_the_last_thing_taken_from_the_store_is_disposed_of()
    {
        Commit(batch => batch.Put(Keyspace.Documents, B("a"), B("a")));
        var value = Store.Get(Keyspace.Documents, B("a"));
        var snapshot = Store.Snapshot();
        var cursor = snapshot.Scan(Keyspace.Documents, B("a"), B("b"));
        var batch = Store.CreateBatch();
        Store.Dispose();
        foreach (var last in new IDisposable[] { value, snapshot, cursor, batch })
        {
            Assert.Throws<StorageException>(Open);
            last.Dispose();
        }

        Open().Dispose();
    }

    [Fact]
    public void What_is_forgotten_instead_of_disposed_of_is_collected()
    {
        Commit(batch => batch.Put(Keyspace.Documents, B("a"), B("a")));
        var references = Forget(Store);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.All(references, reference => Assert.False(reference.IsAlive));
        Store.Dispose();
        Open().Dispose();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static List<WeakReference> Forget(KeyValueStore store)
        {
            var batch = store.CreateBatch();
            batch.Put(Keyspace.Documents, B("b"), B("b"));
            var value = store.Get(Keyspace.Documents, B("a"));
            var snapshot = store.Snapshot();
            var cursor = snapshot.Scan(Keyspace.Documents, B("a"), B("c"));
            Assert.True(cursor.MoveNext());
            return [new(batch), new(value), new(snapshot), new(cursor)];
        }
    }

    [Fact]
    public void A_path_that_is_a_file_is_refused()
    {
        File.WriteAllText(DataDirectory, "not a directory");
        var refusal = Assert.Throws<StorageException>(Open);
        Assert.Contains(DataDirectory, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Single_deletes_leave_nothing_behind()
    {
        for (var i = 0; i < 10_000; i++)
        {
            Commit(batch =>
            {
                batch.Put(Keyspace.Sequences, BitConverter.GetBytes(i), B("row"));
                if (i > 0)
                {
                    batch.Delete(Keyspace.Sequences, BitConverter.GetBytes(i - 1));
                }
            });
        }

        ((RocksDbStore)Store).Compact(Keyspace.Sequences, B(""), [0xff, 0xff, 0xff, 0xff, 0xff]);
        Assert.Equal(1, ((RocksDbStore)Store).ReadProperty(Keyspace.Sequences, "rocksdb.estimate-num-keys"));
    }

    [Fact]
    public void Compaction_gives_the_space_of_attachments_back()
    {
        var store = (RocksDbStore)Store;
        var chunk = new byte[100_000];
        for (var i = 0; i < 40; i++)
        {
            Commit(batch => batch.Put(Keyspace.Attachments, B($"{i:d2}"), chunk));
        }

        store.Compact(Keyspace.Attachments, B(""), B("~"));
        Assert.InRange(store.ReadProperty(Keyspace.Attachments, "rocksdb.total-blob-file-size"), 4_000_000, 4_100_000);
        for (var i = 0; i < 40; i++)
        {
            if (i % 4 != 0)
            {
                Commit(batch => batch.Delete(Keyspace.Attachments, B($"{i:d2}")));
            }
        }

        // Those that are left lie in the same file as those that are gone.
        store.Compact(Keyspace.Attachments, B(""), B("~"));
        Assert.InRange(store.ReadHeld(Keyspace.Attachments), 3_000_000, 3_100_000);
        store.Compact(Keyspace.Attachments, B(""), B("~"), moveValues: true);
        Assert.Equal(0, store.ReadHeld(Keyspace.Attachments));
        Assert.InRange(store.ReadProperty(Keyspace.Attachments, "rocksdb.total-blob-file-size"), 1_000_000, 1_100_000);
        Assert.Equal(chunk, store.GetBytes(Keyspace.Attachments, B("36")));
    }

    [Fact]
    public void A_range_in_which_all_is_deleted_is_discarded_and_a_suspended_compaction_says_so()
    {
        var store = (RocksDbStore)Store;
        var value = new byte[10_000];
        new Random(1).NextBytes(value);
        for (var i = 0; i < 100; i++)
        {
            Commit(batch => batch.Put(Keyspace.Bodies, B($"{i:d2}"), value));
        }

        store.Compact(Keyspace.Bodies, B(""), B("~"));
        Commit(batch => batch.DeleteRange(Keyspace.Bodies, B("00"), B("~")));
        Assert.InRange(store.ReadProperty(Keyspace.Bodies, "rocksdb.total-sst-files-size"), 900_000, 1_100_000);
        store.Discard(Keyspace.Bodies, B("00"), B("~"));
        Assert.Equal(0, store.ReadProperty(Keyspace.Bodies, "rocksdb.total-sst-files-size"));
        store.ReclaimSuspended = true;
        Assert.Throws<OperationCanceledException>(() => store.Compact(Keyspace.Bodies, B(""), B("~")));
        store.ReclaimSuspended = false;
        store.Compact(Keyspace.Bodies, B(""), B("~"));
        store.Flush();
        Assert.Null(store.GetBytes(Keyspace.Bodies, B("50")));
    }

    [Fact]
    public void Tables_that_compress_are_dense()
    {
        var store = (RocksDbStore)Store;
        Assert.Equal(1, store.ReadDensity(Keyspace.Bodies));
        for (var i = 0; i < 100; i++)
        {
            Commit(batch => batch.Put(Keyspace.Bodies, B($"{i:d2}"), new byte[10_000]));
        }

        store.Flush();
        Assert.InRange(store.ReadDensity(Keyspace.Bodies), 0.001, 0.1);
    }

    [Fact]
    public void Memory_for_writes_stays_within_its_budget()
    {
        var options = new RocksDbOptions { CacheBytes = 8 << 20, WriteBufferBytes = 4 << 20 };
        using var store = RocksDbStore.Open(DataDirectory, options);
        using var batch = store.CreateBatch();
        var value = new byte[10_000];
        foreach (var space in Enum.GetValues<Keyspace>())
        {
            for (var i = 0; i < 1000; i++)
            {
                batch.Clear();
                batch.Put(space, BitConverter.GetBytes(i), value);
                store.Commit(batch, sync: false);
            }
        }

        // Twice the budget: while one half is being written out the other fills.
        var inMemory = Enum.GetValues<Keyspace>().Sum(space => store.ReadProperty(space, "rocksdb.cur-size-all-mem-tables"));
        Assert.InRange(inMemory, 0, 2 * options.WriteBufferBytes);
    }

    [Fact]
    public void A_number_that_the_engine_does_not_keep_is_refused() =>
        Assert.Throws<ArgumentException>(() => ((RocksDbStore)Store).ReadProperty(Keyspace.Meta, "rocksdb.no-such-thing"));

    [Fact]
    public void Options_that_leave_no_room_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RocksDbStore.Open(DataDirectory, new RocksDbOptions { CacheBytes = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => RocksDbStore.Open(DataDirectory, new RocksDbOptions { WriteBufferBytes = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => RocksDbStore.Open(DataDirectory, new RocksDbOptions { LogBytes = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => RocksDbStore.Open(DataDirectory, new RocksDbOptions { MaxOpenFiles = 1 }));
    }

    private protected override KeyValueStore Open() => RocksDbStore.Open(DataDirectory, new RocksDbOptions());

    private protected override KeyValueStore OpenAnother() => RocksDbStore.Open(Path.Combine(_directory.Path, "another"), new RocksDbOptions());

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _directory.Dispose();
    }

    private static string TheFile(string directory, string pattern) => Assert.Single(Directory.GetFiles(directory, pattern));

    private static void Flip(string path, int offset)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = offset;
        var original = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(original ^ 0x40));
    }

    /// <summary>Opens a copy of the directory as it is now, without the store being closed: as after a crash.</summary>
    private RocksDbStore OpenCopy(Action<string>? damage = null)
    {
        var copy = Directory.CreateDirectory(Path.Combine(_directory.Path, "copy")).FullName;
        foreach (var file in Directory.GetFiles(DataDirectory).Where(file => Path.GetFileName(file) != "LOCK"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        damage?.Invoke(copy);
        return RocksDbStore.Open(copy, new RocksDbOptions());
    }
}
