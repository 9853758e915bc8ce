using CloudWall.Documents;
using CloudWall.Documents.Admission;

namespace CloudWall.Node.Disk;

/// <summary>
/// Refuses what would fill the disk while there is still room for what frees it. Ordinary writes end while as much is free as a file of the
/// node holds beside that (<see cref="DiskSettings.Reserve"/>); deletions and compaction go on, and where others have filled the disk
/// meanwhile the file is given up for them. It is made again when there is room for both. The disk is looked at when something is to be
/// written, never by a timer.
/// </summary>
public sealed class DiskRoom : WriteRoom
{
    /// <summary>While so many times the reserve is free, one look is good for a second.</summary>
    private const int Plenty = 16;

    private const long UsualReserve = 32L << 20;

    /// <summary>What the engine writes at a time: with less, one write may take all that is held back.</summary>
    private const long LeastUseful = 16L << 20;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly DocumentError Full =
        new(507, "insufficient_storage", "The disk is full: only deletions and compaction are possible.");

    private static readonly DocumentError TooFull = new(507, "insufficient_storage", "database_dir is too full");
    private static readonly DocumentError NoRoomForIndex = new(507, "insufficient_storage", "not enough room to update index");

    private readonly Lock _gate = new();
    private readonly string _file;
    private readonly DiskSettings _settings;
    private readonly Func<DiskSpace> _measure;
    private readonly TimeProvider _time;
    private readonly Action<string> _warn;
    private long _lookedAt;
    private bool _hasLooked;
    private bool _isHeld;
    private bool _isFull;
    private DiskSpace _space;
    private long _reserve;

    /// <param name="file">The file that holds room.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="measure">Tells how full the disk is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Told when the disk becomes full, and when there is room again.</param>
    public DiskRoom(string file, DiskSettings settings, Func<DiskSpace> measure, TimeProvider time, Action<string> warn)
    {
        _file = file;
        _settings = settings;
        _measure = measure;
        _time = time;
        _warn = warn;
        _isHeld = File.Exists(file);
    }

    /// <summary>Whether there is no room for ordinary writes.</summary>
    public bool IsFull
    {
        get
        {
            Look();
            return _isFull;
        }
    }

    /// <inheritdoc/>
    public override DocumentError? Refuse(WriteNeed need)
    {
        Look();
        return need == WriteNeed.Space && _isFull ? Full : null;
    }

    /// <inheritdoc/>
    public override DocumentError? RefuseEdits()
    {
        Look();
        return IsAbove(_settings.InteractiveWrites) ? TooFull : null;
    }

    /// <summary>Whether an index must not be built now.</summary>
    /// <param name="isAwaited">Whether somebody waits for it.</param>
    /// <returns>The refusal, or null.</returns>
    public DocumentError? RefuseIndexing(bool isAwaited)
    {
        Look();
        return _isFull || IsAbove(isAwaited ? _settings.InteractiveIndexing : _settings.BackgroundIndexing) ? NoRoomForIndex : null;
    }

    private bool IsAbove(int threshold) => _settings.Enabled && _space.PercentUsed > threshold;

    private void Look()
    {
        lock (_gate)
        {
            if (_hasLooked
                && !_isFull
                && !_settings.Enabled
                && _space.Available > Plenty * _reserve
                && _time.GetElapsedTime(_lookedAt) < LookAgain)
            {
                return;
            }

            try
            {
                _space = _measure();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Who cannot tell leaves it to the disk to refuse.
                return;
            }

            if (!_hasLooked)
            {
                _reserve = _settings.Reserve ?? Math.Min(
                    UsualReserve, Math.Max(_space.Total / 32, Math.Min(LeastUseful, _space.Total / 8)));
                if (_isHeld && new FileInfo(_file).Length != _reserve)
                {
                    GiveUp();
                }
            }

            _hasLooked = true;
            _lookedAt = _time.GetTimestamp();
            if (_reserve > 0)
            {
                HoldOrGiveUp();
            }
        }
    }

    private void HoldOrGiveUp()
    {
        if (_isHeld && _space.Available < _reserve / 2)
        {
            GiveUp();
            _space = _measure();
        }
        else if (!_isHeld && _space.Available >= 2 * _reserve)
        {
            Hold();
            _space = _measure();
        }

        // The file counts as free, so that giving it up opens nothing to ordinary writes. It takes some more room to go on than to stop,
        // because the engine takes its own in pieces.
        var isFull = _space.Available + (_isHeld ? _reserve : 0) < (_isFull ? 3 : 2) * _reserve;
        if (isFull != _isFull)
        {
            _isFull = isFull;
            var directory = Path.GetDirectoryName(_file);
            _warn(isFull
                ? $"The disk of {directory} is full ({_space.Available} bytes are free): only deletions and compaction are possible."
                : $"There is room again on the disk of {directory}.");
        }
    }

    private void Hold()
    {
        try
        {
            using var file = new FileStream(_file, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                PreallocationSize = _reserve,
            });
            file.SetLength(_reserve);
            _isHeld = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Others were faster.
            GiveUp();
        }
    }

    private void GiveUp()
    {
        try
        {
            File.Delete(_file);
            _isHeld = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it stays.
        }
    }
}
