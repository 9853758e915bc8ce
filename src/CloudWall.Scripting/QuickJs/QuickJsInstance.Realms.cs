using System.Buffers.Binary;
using CloudWall.Scripting.Wasm;

namespace CloudWall.Scripting.QuickJs;

/// <summary>Realms: global objects, each with a language of its own, as CouchDB gives one to each function.</summary>
internal sealed partial class QuickJsInstance
{
    /// <summary>
    /// The parts of the language that CouchDB's functions have (<c>add_cx_methods</c> in its <c>couchjs.c</c>): basic objects, dates,
    /// <c>eval</c>, regular expressions, JSON, maps and sets.
    /// </summary>
    private const uint Intrinsics = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 4) | (1 << 6) | (1 << 8);

    /// <summary>A time that stands out in memory: it seeds the random numbers of a realm, and shows where they are.</summary>
    private const long MarkedTime = 1_234_567_890_123;

    /// <summary>How far into a realm's structure its random numbers may be.</summary>
    private const int MaxRealmBytes = 2048;

    /// <summary>How many realms an instance may have: each function and module has one.</summary>
    private const int MaxRealms = 2000;

    private readonly List<uint> _realms = [];
    private int _randomOffset = -1;
    private bool _marksTime;

    /// <summary>Milliseconds since 1970.</summary>
    public double Now => _marksTime ? MarkedTime : _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The runtime that all realms belong to.</summary>
    public uint Runtime { get; set; }

    /// <summary>The instance's realms, by their numbers.</summary>
    public IReadOnlyList<uint> Realms => _realms;

    /// <summary>Where a realm's random numbers are, once there is one.</summary>
    public int RandomOffset => _randomOffset;

    /// <summary>Makes a realm.</summary>
    /// <returns>Its number.</returns>
    public int NewRealm()
    {
        if (_realms.Count >= MaxRealms)
        {
            throw new ScriptException("compilation_error", "too many functions and modules");
        }

        _marksTime = true;
        var realm = Call(_exports.NewContext, Runtime, Intrinsics);
        _marksTime = false;
        if (realm == 0)
        {
            throw new WasmTrapException(TrapCode.Other, "out of memory");
        }

        var offset = OffsetOfRandom(realm);
        if (offset < 0 || (_randomOffset >= 0 && _randomOffset != offset))
        {
            throw new WasmException("a realm has no random numbers");
        }

        _randomOffset = offset;
        _realms.Add(realm);
        return _realms.Count - 1;
    }

    /// <summary>The realms are those of an image.</summary>
    public void ResetRealms(ReadOnlySpan<uint> realms, int randomOffset)
    {
        _randomOffset = randomOffset;
        _realms.Clear();
        _realms.AddRange(realms);
    }

    /// <summary>The realm that a number stands for.</summary>
    /// <exception cref="WasmTrapException">None.</exception>
    public uint RealmOf(double number) =>
        number >= 0 && number < _realms.Count ? _realms[(int)number] : throw new WasmTrapException(TrapCode.Other, "the engine names a realm that it has not");

    /// <summary>Seeds the random numbers of all realms: an instance that was put back would give the same ones over and over.</summary>
    public void Seed(Func<long> random)
    {
        foreach (var realm in _realms)
        {
            // Zero is the one state that it does not leave.
            BinaryPrimitives.WriteInt64LittleEndian(Span(realm + (uint)_randomOffset, sizeof(long)), random() | 1);
        }
    }

    private int OffsetOfRandom(uint realm)
    {
        Span<byte> marked = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(marked, MarkedTime * 1000);
        return Span(realm, Math.Min(MaxRealmBytes, _size - (int)realm)).IndexOf(marked);
    }
}
