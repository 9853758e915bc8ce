using System.Text;
using CloudWall.DesignDocuments.Functions;
using CloudWall.Documents;
using CloudWall.Scripting;

namespace CloudWall.DesignDocuments.Tests.Functions;

public sealed class ScriptErrorsTests
{
    /// <summary>What other calls hold is no fault of the function, and may be there later: 429, so that clients come again.</summary>
    [Fact]
    public async Task A_function_that_others_leave_no_memory_is_to_be_tried_again()
    {
        await using var designed = await DesignedDatabase.CreateAsync(totalMemory: 8 << 20);
        await designed.PutAsync("_design/d", """{"shows":{"s":"function(doc) { return 'x'.repeat(30e6); }"}}""");

        var calls = DesignCalls.Open(designed.Scripts, designed.Database, "d");
        var failure = await Assert.ThrowsAsync<DocumentException>(() => calls.CallAsync(
            functions => functions.Show("s", Encoding.UTF8.GetBytes("null"), Encoding.UTF8.GetBytes("{}"), CancellationToken.None),
            CancellationToken.None));

        Assert.Equal((429, "too_many_requests"), (failure.Error.Status, failure.Error.Error));
    }

    [Fact]
    public void What_a_function_does_keeps_its_status()
    {
        Assert.Equal(500, ScriptErrors.Of(ScriptException.TimedOut()).Status);
        Assert.Equal(404, ScriptErrors.Of(ScriptException.Missing("x")).Status);
    }
}
