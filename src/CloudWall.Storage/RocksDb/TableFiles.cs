using System.Globalization;
using System.Text.RegularExpressions;
using static CloudWall.Storage.RocksDb.NativeMethods;

namespace CloudWall.Storage.RocksDb;

/// <summary>Compares the table files in the manifest with those on disk.</summary>
internal static partial class TableFiles
{
    /// <summary>Whether the engine refused to open the store because of a table file that it can do without.</summary>
    public static bool AreConcernedBy(string refusal) => TableName().IsMatch(refusal);

    /// <summary>
    /// The tables that are missing, have a wrong length, or are named in a refusal. The caller holds a reference to the database.
    /// </summary>
    /// <param name="database">The open database.</param>
    /// <param name="directory">Its directory.</param>
    /// <param name="refusal">The engine's message when it refused to open the store with all checks.</param>
    public static List<DamagedTable> FindDamaged(DatabaseHandle database, string directory, string refusal)
    {
        var named = TableName().Matches(refusal).Select(static match => match.Value).ToHashSet(StringComparer.Ordinal);
        var damaged = new List<DamagedTable>();
        var files = rocksdb_livefiles(database.Pointer);
        try
        {
            for (var i = 0; i < rocksdb_livefiles_count(files); i++)
            {
                var name = Text(rocksdb_livefiles_name(files, i)).TrimStart('/');
                var file = Path.Combine(directory, name);
                var wanted = (long)rocksdb_livefiles_size(files, i);
                var fault = !File.Exists(file) ? "is missing"
                    : new FileInfo(file).Length is var length && length != wanted
                        ? string.Create(CultureInfo.InvariantCulture, $"has {length} bytes of {wanted}")
                    : named.Contains(name) ? "cannot be read" : null;
                if (fault is not null)
                {
                    damaged.Add(new DamagedTable(
                        file,
                        fault,
                        (Keyspace)Array.IndexOf(Tuning.ColumnFamilyNames, Text(rocksdb_livefiles_column_family_name(files, i))),
                        Key(rocksdb_livefiles_smallestkey(files, i, out var first), first),
                        Key(rocksdb_livefiles_largestkey(files, i, out var last), last)));
                }
            }
        }
        finally
        {
            rocksdb_livefiles_destroy(files);
        }

        return damaged;
    }

    /// <summary>The first and the last key of each table. The caller holds a reference to the database.</summary>
    public static List<(byte[] First, byte[] Last)> Ranges(DatabaseHandle database)
    {
        var ranges = new List<(byte[], byte[])>();
        var files = rocksdb_livefiles(database.Pointer);
        for (var i = 0; i < rocksdb_livefiles_count(files); i++)
        {
            ranges.Add((
                Key(rocksdb_livefiles_smallestkey(files, i, out var first), first),
                Key(rocksdb_livefiles_largestkey(files, i, out var last), last)));
        }

        rocksdb_livefiles_destroy(files);
        return ranges;
    }

    private static string Text(nint text) => System.Runtime.InteropServices.Marshal.PtrToStringUTF8(text) ?? string.Empty;

    private static unsafe byte[] Key(nint key, nuint length) => new ReadOnlySpan<byte>((void*)key, (int)length).ToArray();

    [GeneratedRegex("[0-9]+\\.sst")]
    private static partial Regex TableName();
}
