using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudWall.Load.Http;
using CsCheck;

namespace CloudWall.Load.Tests.Http;

public class ConnectionTests
{
    private static readonly Gen<Part> GenPart = Gen.Select(Gen.Int[200, 404], Gen.Char['a', 'z'].Array[0, 300], Gen.Bool, Gen.Int[1, 90])
        .Select((status, text, chunked, size) => new Part(status, new string(text).Replace('q', '\n'), chunked ? size : null));

    [Fact]
    public Task Answers_are_read_whole_however_they_arrive() =>
        Gen.Select(GenPart.Array[1, 4], Gen.Int[1, 200]).SampleAsync(
            async (parts, step) =>
            {
                using var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                using var connection = await Connection.OpenAsync(listener.LocalEndpoint);
                using var server = await listener.AcceptSocketAsync();
                server.NoDelay = true;
                var bytes = Encoding.ASCII.GetBytes(string.Concat(parts.Select(part => part.ToString())));
                var sending = Task.Run(async () =>
                {
                    for (var at = 0; at < bytes.Length; at += step)
                    {
                        await server.SendAsync(bytes.AsMemory(at, Math.Min(step, bytes.Length - at)), SocketFlags.None);
                    }
                });
                foreach (var part in parts)
                {
                    connection.Keep = new ArrayBufferWriter<byte>();

                    var answer = await connection.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

                    Assert.Equal(new Answer(part.Status, part.Text.Length, part.Text.Count(letter => letter == '\n')), answer);
                    Assert.Equal(part.Text, Encoding.ASCII.GetString(connection.Keep.WrittenSpan));
                }

                await sending;
            },
            iter: 50);

    [Fact]
    public async Task A_server_that_hangs_up_within_an_answer_is_a_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var connection = await Connection.OpenAsync(listener.LocalEndpoint);
        using (var server = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
        {
            server.Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"u8);
            server.Shutdown(SocketShutdown.Both);
        }

        await Assert.ThrowsAnyAsync<IOException>(async () => await connection.SendAsync(default));
    }

    [Fact]
    public void Another_status_or_too_short_an_answer_is_a_failure()
    {
        var answer = new Answer(404, 20, 1);

        Assert.Equal(answer, answer.Expect(404).AtLeast(20));
        Assert.Throws<InvalidDataException>(() => answer.Expect(200));
        Assert.Throws<InvalidDataException>(() => answer.AtLeast(21));
    }

    /// <summary>An answer, with its body in chunks of a size or in one piece.</summary>
    private sealed record Part(int Status, string Text, int? Chunk)
    {
        public override string ToString()
        {
            var head = $"HTTP/1.1 {Status} Whatever\r\nServer: test\r\n";
            return Chunk is { } size
                ? head + "Transfer-Encoding: chunked\r\n\r\n"
                    + string.Concat(Text.Chunk(size).Select(chunk => $"{chunk.Length:x}\r\n{new string(chunk)}\r\n")) + "0\r\n\r\n"
                : head + $"Content-Length: {Text.Length}\r\n\r\n{Text}";
        }
    }
}
