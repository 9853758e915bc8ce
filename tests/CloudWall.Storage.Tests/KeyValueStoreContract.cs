using System.Text;

namespace CloudWall.Storage.Tests;

/// <summary>What every engine behind the seam does.</summary>
public abstract class KeyValueStoreContract : IDisposable
{
    private KeyValueStore? _store;

    private protected KeyValueStore Store => _store ??= Open();

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_key_that_was_never_put_is_not_found()
    {
        using var value = Store.Get(Keyspace.Documents, B("a"));
        Assert.False(value.Found);
        Assert.True(value.Span.IsEmpty);
        Assert.True(value.Memory.IsEmpty);
        Assert.Null(Store.GetBytes(Keyspace.Documents, B("a")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_that_was_put_is_found_in_its_keyspace_only(bool sync)
    {
        foreach (var space in Enum.GetValues<Keyspace>())
        {
            Commit(batch => batch.Put(space, B("key"), B("in " + space)), sync);
        }

        foreach (var space in Enum.GetValues<Keyspace>())
        {
            using var value = Store.Get(space, B("key"));
            Assert.True(value.Found);
            Assert.Equal("in " + space, Encoding.UTF8.GetString(value.Span));
            Assert.Equal("in " + space, Encoding.UTF8.GetString(value.Memory.Span));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1000)]
    public void Many_keys_are_looked_up_at_once_in_any_order(int count)
    {
        for (var i = 0; i < count; i += 2)
        {
            Put($"{i:d4}", $"value {i}");
        }

        using var snapshot = Store.Snapshot();
        Put("0001", "later");
        var order = Enumerable.Range(0, count).ToArray();
        new Random(1).Shuffle(order);
        int[] asked = [.. order, .. order.Take(2)];
        var keys = asked.Select(i => new ReadOnlyMemory<byte>(B($"{i:d4}"))).ToArray();
        var values = new PinnedValue[asked.Length];
        foreach (var reader in (KeyValueReader[])[Store, snapshot])
        {
            reader.GetMany(Keyspace.Documents, keys, values);
            for (var i = 0; i < asked.Length; i++)
            {
                var expected = asked[i] % 2 == 0 ? $"value {asked[i]}" : asked[i] == 1 && reader == Store ? "later" : null;
                Assert.Equal(expected is not null, values[i].Found);
                Assert.Equal(expected ?? string.Empty, Encoding.UTF8.GetString(values[i].Span));
                values[i].Dispose();
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Store.GetMany((Keyspace)99, keys, values));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.GetMany(Keyspace.Documents, new ReadOnlyMemory<byte>[1], []));
    }

    [Fact]
    public void A_later_put_wins()
    {
        Put("a", "1");
        Put("a", "2");
        Commit(batch =>
        {
            batch.Put(Keyspace.Documents, B("a"), B("3"));
            batch.Delete(Keyspace.Documents, B("a"));
            batch.Put(Keyspace.Documents, B("a"), B("4"));
        });
        Assert.Equal(["a=4"], Scan("", "z"));
    }

    [Fact]
    public void A_deleted_key_is_not_found_and_deleting_nothing_does_nothing()
    {
        Put("a", "1");
        Commit(batch => batch.Delete(Keyspace.Documents, B("a")));
        Commit(batch => batch.Delete(Keyspace.Documents, B("b")));
        Assert.Null(Store.GetBytes(Keyspace.Documents, B("a")));
        Assert.Empty(Scan("", "z"));
    }

    [Fact]
    public void A_key_put_once_can_be_deleted_again_and_again()
    {
        for (var i = 0; i < 3; i++)
        {
            Commit(batch => batch.Put(Keyspace.Sequences, B("a"), B("row")));
            Assert.NotNull(Store.GetBytes(Keyspace.Sequences, B("a")));
            Commit(batch => batch.Delete(Keyspace.Sequences, B("a")));
            Assert.Null(Store.GetBytes(Keyspace.Sequences, B("a")));
        }

        Commit(batch =>
        {
            batch.Put(Keyspace.Sequences, B("b"), B("row"));
            batch.Delete(Keyspace.Sequences, B("b"));
        });
        Assert.Null(Store.GetBytes(Keyspace.Sequences, B("b")));
    }

    [Fact]
    public void Deleting_a_range_removes_its_lower_end_and_keeps_its_upper_end()
    {
        Fill("a", "b", "c", "d", "e");
        Commit(batch => batch.DeleteRange(Keyspace.Documents, B("b"), B("d")));
        Assert.Equal(["a=a", "d=d", "e=e"], Scan("", "z"));
        Assert.Null(Store.GetBytes(Keyspace.Documents, B("c")));
    }

    [Fact]
    public void A_range_in_a_batch_removes_what_was_put_before_it_and_not_after()
    {
        Fill("b");
        Commit(batch =>
        {
            batch.Put(Keyspace.Documents, B("c"), B("before"));
            batch.DeleteRange(Keyspace.Documents, B("a"), B("z"));
            batch.Put(Keyspace.Documents, B("d"), B("after"));
        });
        Assert.Equal(["d=after"], Scan("", "z"));
    }

    [Theory]
    [InlineData("c", "b")]
    [InlineData("b", "b")]
    [InlineData("b", "")]
    [InlineData("", "")]
    public void An_empty_or_upside_down_range_holds_nothing(string lower, string upper)
    {
        Fill("a", "b", "c");
        Commit(batch =>
        {
            batch.DeleteRange(Keyspace.Documents, B(lower), B(upper));
            batch.Put(Keyspace.Documents, B("d"), B("d"));
        });
        Assert.Empty(Scan(lower, upper));
        Assert.Empty(Scan(lower, upper, descending: true));
        Store.Reclaim([Keyspace.Documents], B(lower), B(upper), cancellation: CancellationToken.None);
        Assert.Equal(0, Store.ApproximateSize(Keyspace.Documents, B(lower), B(upper)));
        Assert.Equal(["a=a", "b=b", "c=c", "d=d"], Scan("", "z"));
    }

    [Fact]
    public void A_scan_keeps_to_its_bounds_in_both_directions()
    {
        Fill("a", "b", "ba", "c", "d");
        Assert.Equal(["b=b", "ba=ba", "c=c"], Scan("b", "d"));
        Assert.Equal(["c=c", "ba=ba", "b=b"], Scan("b", "d", descending: true));
        Assert.Equal(["ba=ba"], Scan("b\0", "c"));
        Assert.Equal(["ba=ba"], Scan("b\0", "c", descending: true));
        Assert.Equal(["a=a", "b=b", "ba=ba", "c=c", "d=d"], Scan("", "z"));
        Assert.Equal(["d=d", "c=c", "ba=ba", "b=b", "a=a"], Scan("", "z", descending: true));
        Assert.Empty(Scan("e", "z"));
        Assert.Empty(Scan("e", "z", descending: true));
    }

    [Fact]
    public void Keys_of_any_bytes_are_ordered_byte_by_byte()
    {
        byte[][] keys = [[], [0x00], [0x00, 0x00], [0x00, 0xff], [0x01], [0x7f, 0xff], [0x80], [0xff], [0xff, 0x00], [0xff, 0xff, 0xff]];
        Commit(batch =>
        {
            foreach (var key in keys.Reverse())
            {
                batch.Put(Keyspace.Local, key, key);
            }
        });
        byte[] upper = [0xff, 0xff, 0xff, 0xff];
        Assert.Equal(keys, ScanKeys(Keyspace.Local, [], upper, descending: false));
        Assert.Equal(keys.Reverse(), ScanKeys(Keyspace.Local, [], upper, descending: true));
        Assert.Equal(keys[1..3], ScanKeys(Keyspace.Local, [0x00], [0x00, 0xff], descending: false));
        Assert.Equal(keys[7..9].Reverse(), ScanKeys(Keyspace.Local, [0xff], [0xff, 0xff], descending: true));
        Assert.All(keys, key => Assert.Equal(key, Store.GetBytes(Keyspace.Local, key)));
    }

    [Fact]
    public void An_empty_value_is_a_value()
    {
        Put("a", "");
        using var value = Store.Get(Keyspace.Documents, B("a"));
        Assert.True(value.Found);
        Assert.True(value.Span.IsEmpty);
        Assert.True(value.Memory.IsEmpty);
        Assert.Equal(["a="], Scan("", "z"));
    }

    [Theory]
    [InlineData(Keyspace.Bodies, 1 << 20)]
    [InlineData(Keyspace.Attachments, 4096)]
    [InlineData(Keyspace.Attachments, 12 << 20)]
    public void Large_values_come_back_whole(Keyspace space, int length)
    {
        var large = new byte[length];
        new Random(length).NextBytes(large);
        Commit(batch =>
        {
            batch.Put(space, B("large"), large);
            batch.Put(space, B("small"), B("x"));
        });
        for (var round = 0; round < 2; round++)
        {
            Assert.Equal(large, Store.GetBytes(space, B("large")));
            using var cursor = Store.Scan(space, B("a"), B("z"));
            Assert.True(cursor.MoveNext());
            Assert.True(cursor.Value.SequenceEqual(large));
            Store.Reclaim([space], B("a"), B("z"), cancellation: CancellationToken.None);
        }
    }

    [Fact]
    public void Values_and_keys_are_copied_when_they_are_put()
    {
        byte[] key = [1], value = [2];
        Commit(batch =>
        {
            batch.Put(Keyspace.Documents, key, value);
            key[0] = value[0] = 9;
        });
        Assert.Equal<byte>([2], Store.GetBytes(Keyspace.Documents, [1])!);
    }

    [Fact]
    public void Seeking_moves_within_the_range_in_either_direction()
    {
        Fill("a", "c", "e", "g", "i");
        using (var cursor = Store.Scan(Keyspace.Documents, B("c"), B("i")))
        {
            Assert.Equal("e", SeekAndMove(cursor, "d"));
            Assert.Equal("e", SeekAndMove(cursor, "e"));
            Assert.Equal("g", MoveOn(cursor));
            Assert.Null(MoveOn(cursor));
            Assert.Null(MoveOn(cursor));
            Assert.Equal("c", SeekAndMove(cursor, ""));
            Assert.Equal("c", SeekAndMove(cursor, "b"));
            Assert.Equal("e", MoveOn(cursor));
            Assert.Null(SeekAndMove(cursor, "h"));
            Assert.Null(SeekAndMove(cursor, "z"));
            Assert.Equal("g", SeekAndMove(cursor, "g"));
        }

        using (var cursor = Store.Scan(Keyspace.Documents, B("c"), B("i"), descending: true))
        {
            Assert.Equal("c", SeekAndMove(cursor, "d"));
            Assert.Null(MoveOn(cursor));
            Assert.Null(MoveOn(cursor));
            Assert.Equal("g", SeekAndMove(cursor, "g"));
            Assert.Equal("e", MoveOn(cursor));
            Assert.Equal("g", SeekAndMove(cursor, "i"));
            Assert.Equal("g", SeekAndMove(cursor, "z"));
            Assert.Null(SeekAndMove(cursor, "b"));
            Assert.Null(SeekAndMove(cursor, ""));
        }
    }

    [Fact]
    public void A_cursor_that_stands_on_no_entry_has_no_key()
    {
        Fill("a");
        using var cursor = Store.Scan(Keyspace.Documents, B("a"), B("z"));
        Assert.Throws<InvalidOperationException>(() => cursor.Key.Length);
        Assert.True(cursor.MoveNext());
        Assert.Equal(1, cursor.Key.Length);
        cursor.Seek(B("a"));
        Assert.Throws<InvalidOperationException>(() => cursor.Value.Length);
        Assert.True(cursor.MoveNext());
        Assert.False(cursor.MoveNext());
        Assert.Throws<InvalidOperationException>(() => cursor.Key.Length);
    }

    [Fact]
    public void A_cursor_sees_the_store_as_it_was_when_the_scan_began()
    {
        Fill("a", "b", "c");
        using var cursor = Store.Scan(Keyspace.Documents, B("a"), B("z"));
        Commit(batch =>
        {
            batch.Delete(Keyspace.Documents, B("b"));
            batch.Put(Keyspace.Documents, B("d"), B("d"));
        });
        Assert.Equal(["a=a", "b=b", "c=c"], Drain(cursor));
    }

    [Fact]
    public void A_snapshot_is_unaffected_by_later_writes_and_compaction()
    {
        Fill("a", "b", "c");
        using var snapshot = Store.Snapshot();
        Commit(batch =>
        {
            batch.Put(Keyspace.Documents, B("a"), B("new"));
            batch.DeleteRange(Keyspace.Documents, B("b"), B("z"));
        });
        Store.Reclaim([Keyspace.Documents], B(""), B("z"), cancellation: CancellationToken.None);
        Assert.Equal(B("a"), snapshot.GetBytes(Keyspace.Documents, B("a")));
        Assert.Equal(B("c"), snapshot.GetBytes(Keyspace.Documents, B("c")));
        using (var cursor = snapshot.Scan(Keyspace.Documents, B(""), B("z")))
        {
            Assert.Equal(["a=a", "b=b", "c=c"], Drain(cursor));
        }

        Assert.Equal(["a=new"], Scan("", "z"));
    }

    [Fact]
    public void A_pinned_value_outlives_its_removal()
    {
        Put("a", "1");
        using var value = Store.Get(Keyspace.Documents, B("a"));
        Commit(batch => batch.Delete(Keyspace.Documents, B("a")));
        Store.Reclaim([Keyspace.Documents], B(""), B("z"), cancellation: CancellationToken.None);
        Assert.True(value.Span.SequenceEqual(B("1")));
        Assert.True(value.Memory.Span.SequenceEqual(B("1")));
    }

    [Fact]
    public void A_batch_counts_its_writes_and_can_be_used_again_after_clearing()
    {
        using var batch = Store.CreateBatch();
        Assert.Equal(0, batch.Count);
        batch.Put(Keyspace.Documents, B("a"), new byte[1000]);
        batch.Delete(Keyspace.Documents, B("b"));
        batch.DeleteRange(Keyspace.Documents, B("x"), B("y"));
        Assert.Equal(3, batch.Count);
        Assert.InRange(batch.SizeInBytes, 1000, 1200);
        Store.Commit(batch, sync: false);
        batch.Clear();
        Assert.Equal(0, batch.Count);
        batch.Put(Keyspace.Documents, B("c"), new byte[2 << 20]);
        Assert.InRange(batch.SizeInBytes, 2 << 20, (2 << 20) + 1000);
        batch.Clear();
        Assert.Equal(0, batch.Count);
        Assert.InRange(batch.SizeInBytes, 0, 100);
        batch.Put(Keyspace.Documents, B("d"), B("d"));
        Store.Commit(batch, sync: true);
        Assert.NotNull(Store.GetBytes(Keyspace.Documents, B("a")));
        Assert.Null(Store.GetBytes(Keyspace.Documents, B("c")));
        Assert.NotNull(Store.GetBytes(Keyspace.Documents, B("d")));
    }

    [Fact]
    public void A_batch_over_several_keyspaces_is_seen_whole_or_not_at_all()
    {
        const int Rounds = 500;
        var writer = new Thread(() =>
        {
            using var batch = Store.CreateBatch();
            for (var i = 0; i < Rounds; i++)
            {
                batch.Clear();
                foreach (var space in Enum.GetValues<Keyspace>())
                {
                    batch.Put(space, B("round"), BitConverter.GetBytes(i));
                }

                Store.Commit(batch, sync: false);
            }
        });
        Commit(batch =>
        {
            foreach (var space in Enum.GetValues<Keyspace>())
            {
                batch.Put(space, B("round"), BitConverter.GetBytes(-1));
            }
        });
        writer.Start();
        bool running;
        do
        {
            running = writer.IsAlive;
            using var snapshot = Store.Snapshot();
            var rounds = Enum.GetValues<Keyspace>().Select(space => BitConverter.ToInt32(snapshot.GetBytes(space, B("round"))!)).Distinct();
            Assert.Single(rounds);
        }
        while (running);
        writer.Join();
        Assert.Equal(Rounds - 1, BitConverter.ToInt32(Store.GetBytes(Keyspace.Meta, B("round"))!));
    }

    [Fact]
    public void An_empty_batch_can_be_committed()
    {
        using var batch = Store.CreateBatch();
        Store.Commit(batch, sync: false);
        Store.Commit(batch, sync: true);
        Store.Sync();
        Assert.Empty(Scan("", "z"));
    }

    [Fact]
    public void A_batch_of_another_store_is_refused()
    {
        using var other = OpenAnother();
        using var batch = other.CreateBatch();
        batch.Put(Keyspace.Documents, B("a"), B("a"));
        Assert.Throws<ArgumentException>(() => Store.Commit(batch, sync: false));
    }

    [Fact]
    public void A_keyspace_that_does_not_exist_is_refused()
    {
        const Keyspace None = (Keyspace)99;
        using var batch = Store.CreateBatch();
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.Get(None, B("a")));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.Scan(None, B("a"), B("b")));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Put(None, B("a"), B("b")));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.DeleteRange(None, B("a"), B("b")));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.Reclaim([None], B("a"), B("b"), cancellation: CancellationToken.None));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.ApproximateSize(None, B("a"), B("b")));
    }

    /// <summary>A size is a guess while the range is in memory; on the disk it is as fine as table blocks are, which hold many blobs each.</summary>
    [Theory]
    [InlineData(Keyspace.Bodies, 0.1)]
    [InlineData(Keyspace.Attachments, 0.6)]
    public void The_size_of_a_range_follows_its_contents(Keyspace space, double tolerance)
    {
        const int Big = 300, Small = 100, Length = 10_000;
        var value = new byte[Length];
        var random = new Random(1);
        for (var i = 0; i < Big + Small; i++)
        {
            random.NextBytes(value);
            Commit(batch => batch.Put(space, B($"{(i < Big ? "big" : "small")}{i:d4}"), value));
        }

        Assert.InRange(SizeOf("big"), Big * Length / 3, Big * Length * 3);
        Store.Reclaim([space], B(""), B("z"), cancellation: CancellationToken.None);
        Assert.InRange(SizeOf("big"), Big * Length * (1 - tolerance), Big * Length * (1 + tolerance));
        Assert.Equal(0, SizeOf("tiny"));

        Commit(batch => batch.DeleteRange(space, B("big"), B("big~")));
        Assert.Equal(0, Store.Reclaim([space], B(""), B("z"), removed: Big * Length, live: Small * Length, CancellationToken.None));
        Assert.InRange(SizeOf("big"), 0, Length);
        Assert.InRange(SizeOf("small"), Small * Length * 0.9, Small * Length * 1.1);

        double SizeOf(string prefix) => Store.ApproximateSize(space, B(prefix), B(prefix + "~"));
    }

    [Fact]
    public void Many_threads_commit_at_once_and_nothing_is_lost()
    {
        const int Threads = 8, Commits = 50;
        var threads = Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            using var batch = Store.CreateBatch();
            for (var i = 0; i < Commits; i++)
            {
                batch.Clear();
                batch.Put(Keyspace.Documents, B($"{t}-{i:d4}"), B("document"));
                batch.Put(Keyspace.Sequences, B($"{t}-{i:d4}"), B("row"));
                if (i > 0)
                {
                    batch.Delete(Keyspace.Sequences, B($"{t}-{i - 1:d4}"));
                }

                Store.Commit(batch, sync: true);
                Assert.NotNull(Store.GetBytes(Keyspace.Documents, B($"{t}-{i:d4}")));
            }
        })).ToList();
        _ = Store;
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(Threads * Commits, ScanKeys(Keyspace.Documents, [], B("z"), descending: false).Count);
        Assert.Equal(Threads, ScanKeys(Keyspace.Sequences, [], B("z"), descending: true).Count);
    }

    [Fact]
    public void What_was_disposed_of_says_so()
    {
        Fill("a");
        var batch = Store.CreateBatch();
        var snapshot = Store.Snapshot();
        using var cursorOverSnapshot = snapshot.Scan(Keyspace.Documents, B("a"), B("z"));
        var cursor = Store.Scan(Keyspace.Documents, B("a"), B("z"));
        var value = Store.Get(Keyspace.Documents, B("a"));
        var memory = value.Memory;
        Assert.True(cursor.MoveNext());
        batch.Dispose();
        snapshot.Dispose();
        cursor.Dispose();
        value.Dispose();
        Assert.Throws<ObjectDisposedException>(() => batch.Put(Keyspace.Documents, B("a"), B("a")));
        Assert.Throws<ObjectDisposedException>(() => batch.Count);
        Assert.Throws<ObjectDisposedException>(batch.Clear);
        Assert.Throws<ObjectDisposedException>(() => Store.Commit(batch, sync: false));
        Assert.Throws<ObjectDisposedException>(() => snapshot.Get(Keyspace.Documents, B("a")));
        Assert.Throws<ObjectDisposedException>(() => snapshot.Scan(Keyspace.Documents, B("a"), B("z")));
        Assert.Throws<ObjectDisposedException>(() => cursor.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => cursor.Key.Length);
        Assert.Throws<ObjectDisposedException>(() => cursor.Seek(B("a")));
        Assert.Throws<ObjectDisposedException>(() => value.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => value.Memory);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        batch.Dispose();
        snapshot.Dispose();
        cursor.Dispose();
        value.Dispose();
        Assert.Equal(["a=a"], Drain(cursorOverSnapshot));
        Assert.Equal(["a=a"], Scan("", "z"));
    }

    [Fact]
    public void What_is_alive_when_the_store_is_disposed_of_stays_readable_and_new_work_is_refused()
    {
        Fill("a", "b");
        var store = Store;
        using var batch = store.CreateBatch();
        using var snapshot = store.Snapshot();
        using var cursor = store.Scan(Keyspace.Documents, B("a"), B("z"));
        using var value = store.Get(Keyspace.Documents, B("a"));
        Assert.True(cursor.MoveNext());
        store.Dispose();
        store.Dispose();

        Assert.True(value.Span.SequenceEqual(B("a")));
        Assert.Equal(B("b"), snapshot.GetBytes(Keyspace.Documents, B("b")));
        Assert.True(cursor.Key.SequenceEqual(B("a")));
        Assert.True(cursor.MoveNext());
        Assert.True(cursor.Value.SequenceEqual(B("b")));
        batch.Put(Keyspace.Documents, B("c"), B("c"));
        Assert.Throws<ObjectDisposedException>(() => store.Commit(batch, sync: true));
        Assert.Throws<ObjectDisposedException>(store.Sync);
        Assert.Throws<ObjectDisposedException>(() => store.Get(Keyspace.Documents, B("a")));
        Assert.Throws<ObjectDisposedException>(() => store.Scan(Keyspace.Documents, B("a"), B("z")));
        Assert.Throws<ObjectDisposedException>(store.Snapshot);
        Assert.Throws<ObjectDisposedException>(store.CreateBatch);
        Assert.Throws<ObjectDisposedException>(() => store.Reclaim([Keyspace.Documents], B("a"), B("z"), cancellation: CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => store.ApproximateSize(Keyspace.Documents, B("a"), B("z")));
    }

    /// <summary>An empty store.</summary>
    private protected abstract KeyValueStore Open();

    /// <summary>An empty store beside the first.</summary>
    private protected abstract KeyValueStore OpenAnother();

    protected virtual void Dispose(bool disposing) => _store?.Dispose();

    private protected static byte[] B(string text) => Encoding.UTF8.GetBytes(text);

    private protected static List<string> Drain(KeyValueCursor cursor)
    {
        var entries = new List<string>();
        while (cursor.MoveNext())
        {
            entries.Add($"{Encoding.UTF8.GetString(cursor.Key)}={Encoding.UTF8.GetString(cursor.Value)}");
        }

        return entries;
    }

    private protected List<string> Scan(string lower, string upper, bool descending = false)
    {
        using var cursor = Store.Scan(Keyspace.Documents, B(lower), B(upper), descending);
        return Drain(cursor);
    }

    private protected void Commit(Action<WriteBatch> write, bool sync = false)
    {
        using var batch = Store.CreateBatch();
        write(batch);
        Store.Commit(batch, sync);
    }

    private static string? SeekAndMove(KeyValueCursor cursor, string key)
    {
        cursor.Seek(B(key));
        return MoveOn(cursor);
    }

    private static string? MoveOn(KeyValueCursor cursor) => cursor.MoveNext() ? Encoding.UTF8.GetString(cursor.Key) : null;

    private List<byte[]> ScanKeys(Keyspace space, ReadOnlySpan<byte> lower, ReadOnlySpan<byte> upper, bool descending)
    {
        using var cursor = Store.Scan(space, lower, upper, descending);
        var keys = new List<byte[]>();
        while (cursor.MoveNext())
        {
            keys.Add(cursor.Key.ToArray());
        }

        return keys;
    }

    private void Put(string key, string value) => Commit(batch => batch.Put(Keyspace.Documents, B(key), B(value)));

    private void Fill(params string[] keys) => Commit(batch =>
    {
        foreach (var key in keys)
        {
            batch.Put(Keyspace.Documents, B(key), B(key));
        }
    });
}
