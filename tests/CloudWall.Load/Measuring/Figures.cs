using System.Globalization;

namespace CloudWall.Load.Measuring;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    public static string Rate(double rate) => rate >= 100 ? rate.ToString("N0", CultureInfo.InvariantCulture) : rate.ToString("F1", CultureInfo.InvariantCulture);

    public static string Microseconds(double? value) => value is { } number
        ? number.ToString(number >= 100 ? "N0" : "F1", CultureInfo.InvariantCulture)
        : "";

    public static string Percent(double ratio) => ratio.ToString("P0", CultureInfo.InvariantCulture);

    public static string Times(double ratio) => !double.IsFinite(ratio) ? "" : ratio.ToString(ratio < 1 ? "F2" : "F1", CultureInfo.InvariantCulture) + " ×";

    public static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("F0", CultureInfo.InvariantCulture) + " MiB";
}
