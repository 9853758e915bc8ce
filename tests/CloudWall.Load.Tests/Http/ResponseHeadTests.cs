using System.Text;
using CloudWall.Load.Http;

namespace CloudWall.Load.Tests.Http;

public class ResponseHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 200, 12, false)]
    [InlineData("HTTP/1.1 201 Created\r\nServer: x\r\ncontent-length:7\r\nDate: now\r\n\r\n", 201, 7, false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200, 0, true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, 0, false)]
    [InlineData("HTTP/1.1 404 Object Not Found\r\nX-Content-Length: 9\r\n\r\n", 404, 0, false)]
    public void A_head_says_how_the_body_is_read(string text, int status, long bodyLength, bool chunked)
    {
        var bytes = Encoding.ASCII.GetBytes(text + "body");

        Assert.True(ResponseHead.TryParse(bytes, out var head, out var length));

        Assert.Equal(new ResponseHead(status, bodyLength, chunked), head);
        Assert.Equal(text.Length, length);
    }

    [Fact]
    public void A_head_that_has_not_arrived_whole_is_waited_for()
    {
        var bytes = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"u8;
        for (var i = 0; i < bytes.Length; i++)
        {
            Assert.False(ResponseHead.TryParse(bytes[..i], out _, out _));
        }
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n")]
    [InlineData("HTTP/1.1 ok\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    public void What_is_no_answer_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => ResponseHead.TryParse(Encoding.ASCII.GetBytes(text), out _, out _));
}
