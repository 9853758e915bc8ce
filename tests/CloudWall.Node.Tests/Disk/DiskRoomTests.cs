using CloudWall.Documents.Admission;
using CloudWall.Node.Disk;
using CloudWall.Server.Tests;
using Microsoft.Extensions.Time.Testing;

namespace CloudWall.Node.Tests.Disk;

public sealed class DiskRoomTests : IDisposable
{
    private const long Reserve = 1000;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _warnings = [];
    private long _free = 900_000;
    private int _looks;

    private string HeldFile => Path.Combine(_directory.Path, "reserve");

    private long Held => File.Exists(HeldFile) ? new FileInfo(HeldFile).Length : 0;

    [Fact]
    public void Room_is_held_given_up_and_held_again()
    {
        var room = Create();
        Assert.False(room.IsFull);
        Assert.Equal(Reserve, Held);

        // Ordinary writes end while as much is free as is held.
        _free = Reserve + 1000;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(room.Refuse(WriteNeed.Space));
        _free = Reserve + 999;
        Assert.Equal((507, "insufficient_storage"), Refused(room));
        Assert.Null(room.Refuse(WriteNeed.Release));
        Assert.Equal(Reserve, Held);

        // Others go on: what is held is given up for deletions, and ordinary writes do not get at it.
        _free = Reserve + 499;
        Assert.Equal((507, "insufficient_storage"), Refused(room));
        Assert.Equal(0, Held);
        Assert.Null(room.Refuse(WriteNeed.Release));
        _free = 1999;
        Assert.Equal((507, "insufficient_storage"), Refused(room));
        Assert.Equal(0, Held);

        // To go on takes more room than to stop.
        _free = 2999;
        Assert.Equal((507, "insufficient_storage"), Refused(room));
        Assert.Equal(Reserve, Held);
        _free = 3000;
        Assert.Null(room.Refuse(WriteNeed.Space));
        Assert.Equal(Reserve, Held);
        Assert.Equal(2, _warnings.Count);
    }

    [Fact]
    public void A_disk_with_plenty_of_room_is_looked_at_once_a_second()
    {
        var room = Create();
        _ = room.IsFull;
        var looks = _looks;
        for (var i = 0; i < 100; i++)
        {
            Assert.Null(room.Refuse(WriteNeed.Space));
        }

        Assert.Equal(looks, _looks);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(room.Refuse(WriteNeed.Space));
        Assert.Equal(looks + 1, _looks);
    }

    [Fact]
    public void A_disk_that_has_no_room_for_what_is_to_be_held_is_no_failure()
    {
        _free = 1500;
        var room = Create();
        Assert.True(room.IsFull);
        Assert.Equal(0, Held);
    }

    [Fact]
    public void A_small_disk_holds_little()
    {
        var room = Create(reserve: null);
        Assert.False(room.IsFull);
        Assert.Equal(1_000_000 / 8, Held);
    }

    [Fact]
    public void Nothing_is_held_where_it_is_told_so()
    {
        File.WriteAllBytes(HeldFile, new byte[Reserve]);
        _free = 0;
        var room = Create(reserve: 0);
        Assert.Null(room.Refuse(WriteNeed.Space));
        Assert.Equal(0, Held);
    }

    [Theory]
    [InlineData(1000, 100, 0, 100)]
    [InlineData(1000, 1000, 900, 0)]
    [InlineData(1000, 500, 500, 50)]
    [InlineData(1000, 499, 499, 51)]
    [InlineData(1000, 200, 100, 89)]
    [InlineData(0, 0, 0, 0)]
    public void Percent_are_those_of_df(long total, long unused, long available, int percent) =>
        Assert.Equal(percent, new DiskSpace(total, unused, available).PercentUsed);

    public void Dispose() => _directory.Dispose();

    private static (int, string) Refused(DiskRoom room) =>
        room.Refuse(WriteNeed.Space) is { } error ? (error.Status, error.Error) : default;

    private DiskRoom Create(long? reserve = Reserve) => new(
        HeldFile,
        new DiskSettings { Enabled = false, BackgroundIndexing = 80, InteractiveIndexing = 90, InteractiveWrites = 90, Reserve = reserve },
        () =>
        {
            _looks++;
            return new DiskSpace(1_000_000, _free - Held, _free - Held);
        },
        _time,
        _warnings.Add);
}
