using CloudWall.Documents;
using CloudWall.Documents.Admission;

namespace CloudWall.Node.Disk;

/// <summary>
/// Refuses writes before the disk is full, while deletions and compaction can still free space. A file reserves space
/// (<see cref="DiskSettings.Reserve"/>). Ordinary writes are refused while no more than the same amount is free beside it. Deletions and
/// compaction continue; when other programs have filled the disk, the file is deleted to give them its space, and it is created again
/// when there is enough space. The disk is measured when a write arrives, never by a timer.
/// </summary>
public sealed class DiskRoom : WriteRoom
{
    /// <summary>While this many times the reserve is free, a measurement is valid for a second.</summary>
    private const int Plenty = 16;

    private const long UsualReserve = 32L << 20;

    /// <summary>The amount that the engine writes at once. With a smaller reserve, a single write might use all of it.</summary>
    private const long LeastUseful = 16L << 20;

    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(1);
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
    private long _measuredAt;
    private bool _isMeasured;
    private bool _hasReserve;
    private bool _isFull;
    private DiskSpace _space;
    private long _reserve;

    /// <param name="file">The file that reserves space.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="measure">Measures the disk.</param>
    /// <param name="time">The clock.</param>
    /// <param name="warn">Called when the disk becomes full, and when there is space again.</param>
    public DiskRoom(string file, DiskSettings settings, Func<DiskSpace> measure, TimeProvider time, Action<string> warn)
    {
        _file = file;
        _settings = settings;
        _measure = measure;
        _time = time;
        _warn = warn;
        _hasReserve = File.Exists(file);
    }

    /// <summary>Whether ordinary writes are refused.</summary>
    public bool IsFull
    {
        get
        {
            MeasureIfDue();
            return _isFull;
        }
    }

    /// <inheritdoc/>
    public override DocumentError? Refuse(WriteNeed need)
    {
        MeasureIfDue();
        return need == WriteNeed.Space && _isFull ? Full : null;
    }

    /// <inheritdoc/>
    public override DocumentError? RefuseEdits()
    {
        MeasureIfDue();
        return IsAbove(_settings.InteractiveWrites) ? TooFull : null;
    }

    /// <summary>Decides whether an index may be built now.</summary>
    /// <param name="isAwaited">Whether a query waits for the build.</param>
    /// <returns>The refusal, or null.</returns>
    public DocumentError? RefuseIndexing(bool isAwaited)
    {
        MeasureIfDue();
        return _isFull || IsAbove(isAwaited ? _settings.InteractiveIndexing : _settings.BackgroundIndexing) ? NoRoomForIndex : null;
    }

    private bool IsAbove(int threshold) => _settings.Enabled && _space.PercentUsed > threshold;

    private void MeasureIfDue()
    {
        lock (_gate)
        {
            if (_isMeasured
                && !_isFull
                && !_settings.Enabled
                && _space.Available > Plenty * _reserve
                && _time.GetElapsedTime(_measuredAt) < MeasureInterval)
            {
                return;
            }

            try
            {
                _space = _measure();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Without a measurement, the disk itself has to refuse writes.
                return;
            }

            if (!_isMeasured)
            {
                _reserve = _settings.Reserve ?? Math.Min(
                    UsualReserve, Math.Max(_space.Total / 32, Math.Min(LeastUseful, _space.Total / 8)));
                if (_hasReserve && new FileInfo(_file).Length != _reserve)
                {
                    DeleteReserve();
                }
            }

            _isMeasured = true;
            _measuredAt = _time.GetTimestamp();
            if (_reserve > 0)
            {
                UpdateReserve();
            }
        }
    }

    private void UpdateReserve()
    {
        if (_hasReserve && _space.Available < _reserve / 2)
        {
            DeleteReserve();
            _space = _measure();
        }
        else if (!_hasReserve && _space.Available >= 2 * _reserve)
        {
            CreateReserve();
            _space = _measure();
        }

        // The file counts as free space, so that deleting it does not admit ordinary writes. Resuming takes more free space than
        // stopping, because the engine allocates in large pieces.
        var isFull = _space.Available + (_hasReserve ? _reserve : 0) < (_isFull ? 3 : 2) * _reserve;
        if (isFull != _isFull)
        {
            _isFull = isFull;
            var directory = Path.GetDirectoryName(_file);
            _warn(isFull
                ? $"The disk of {directory} is full ({_space.Available} bytes are free): only deletions and compaction are possible."
                : $"There is room again on the disk of {directory}.");
        }
    }

    private void CreateReserve()
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
            _hasReserve = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Other programs took the space first.
            DeleteReserve();
        }
    }

    private void DeleteReserve()
    {
        try
        {
            File.Delete(_file);
            _hasReserve = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file stays.
        }
    }
}
