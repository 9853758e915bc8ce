using System.Text;
using CloudWall.Documents;
using CloudWall.Documents.Multipart;
using CloudWall.Server.Http.Multipart;

namespace CloudWall.Server.Tests.Http.Multipart;

public sealed class HeaderValueTests
{
    [Theory]
    [InlineData("multipart/related; boundary=abc", "multipart/related", "boundary", "abc")]
    [InlineData("Multipart/Related;BOUNDARY=\"a b\"", "multipart/related", "boundary", "a b")]
    [InlineData("form-data; name=\"a\\\"b\"; filename=\"x;y.txt\"", "form-data", "filename", "x;y.txt")]
    [InlineData("form-data; name=\"a\\\"b\"; filename=\"x;y.txt\"", "form-data", "name", "a\"b")]
    [InlineData("attachment; filename=plain.txt; x", "attachment", "filename", "plain.txt")]
    [InlineData("attachment; =x; y=; name=z", "attachment", "name", "z")]
    [InlineData("text/plain", "text/plain", "boundary", null)]
    [InlineData("x; filename=\"unfinished", "x", "filename", "unfinished")]
    public void Parameters_are_read_with_or_without_quotes(string header, string value, string name, string? parameter)
    {
        var parsed = HeaderValue.Parse(header);
        Assert.Equal(value, parsed.Value);
        Assert.Equal(parameter, parsed.Find(name));
    }

    [Fact]
    public void A_content_type_names_its_boundary() =>
        Assert.Equal("x-y", Encoding.UTF8.GetString(Boundary.Of(HeaderValue.Parse("multipart/mixed; boundary=\"x-y\""))));

    [Theory]
    [InlineData("multipart/related")]
    [InlineData("multipart/related; boundary=")]
    [InlineData("text/plain; boundary=x")]
    public void A_content_type_without_a_boundary_is_refused(string header)
    {
        var refused = Assert.Throws<DocumentException>(() => Boundary.Of(HeaderValue.Parse(header)));
        Assert.Equal(400, refused.Error.Status);
    }

    [Fact]
    public void A_new_boundary_is_32_hexadecimal_digits_and_another_each_time()
    {
        var one = Encoding.ASCII.GetString(Boundary.Create());
        Assert.Matches("^[0-9a-f]{32}$", one);
        Assert.NotEqual(one, Encoding.ASCII.GetString(Boundary.Create()));
    }
}
