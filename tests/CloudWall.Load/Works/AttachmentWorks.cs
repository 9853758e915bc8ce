using System.Globalization;

namespace CloudWall.Load.Works;

/// <summary>Attachments of a size, put to new documents.</summary>
internal sealed class AttachmentsUp(int size, int count) : Work
{
    public override string Name => $"attachments up, {Sizes.Text(size)}";

    public override string Unit => "MiB";

    public override async Task<long> RunAsync(Site site)
    {
        var database = await site.DatabaseAsync("attached");
        var run = site.Keep(Name, () => 0);
        site.Set(Name, run + 1);
        var connection = (await site.ConnectAsync(1))[0];
        var many = site.Scaled(count);
        for (var i = 0; i < many; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"{database}/a{size}-{run}-{i}/file");
            (await connection.SendAsync(
                site.Target.Head("PUT", path, size, "application/octet-stream"), Sizes.Content(size, (run * many) + i))).Expect(201);
        }

        return Math.Max(1, (long)size * many >> 20);
    }
}

/// <summary>Attachments of a size, read again and again.</summary>
internal sealed class AttachmentsDown(int size, int count) : Work
{
    public override string Name => $"attachments down, {Sizes.Text(size)}";

    public override string Unit => "MiB";

    public override async Task PrepareAsync(Site site)
    {
        var database = await site.DatabaseAsync("attached");
        var path = string.Create(CultureInfo.InvariantCulture, $"{database}/down{size}/file");
        (await (await site.ConnectAsync(1))[0].SendAsync(
            site.Target.Head("PUT", path, size, "application/octet-stream"), Sizes.Content(size, -1))).Expect(201);
        site.Set(Name, site.Target.Request("GET", path));
    }

    public override async Task<long> RunAsync(Site site)
    {
        var request = site.Keep(Name, Array.Empty<byte>);
        var connection = (await site.ConnectAsync(1))[0];
        var many = site.Scaled(count);
        for (var i = 0; i < many; i++)
        {
            var answer = (await connection.SendAsync(request)).Expect(200);
            if (answer.Bytes != size)
            {
                throw new InvalidDataException($"{answer.Bytes} bytes came of {size}.");
            }
        }

        return Math.Max(1, (long)size * many >> 20);
    }
}

/// <summary>Content that no compression makes smaller, other for each attachment.</summary>
internal static class Sizes
{
    private static readonly byte[] Noise = Make();

    public static string Text(int size) => size >= 1 << 20 ? $"{size >> 20} MiB" : $"{size >> 10} KiB";

    /// <summary>Content of a size. Valid until the next call.</summary>
    public static ReadOnlyMemory<byte> Content(int size, int number)
    {
        BitConverter.TryWriteBytes(Noise, number);
        return Noise.AsMemory(0, size);
    }

    private static byte[] Make()
    {
        var noise = new byte[64 << 20];
        new Random(1).NextBytes(noise);
        return noise;
    }
}
