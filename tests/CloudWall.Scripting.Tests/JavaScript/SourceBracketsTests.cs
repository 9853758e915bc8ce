using CloudWall.Scripting.JavaScript;

namespace CloudWall.Scripting.Tests.JavaScript;

/// <summary>Names hold in the brackets that they are declared in, and to look for one costs the same whatever is open.</summary>
public sealed class SourceBracketsTests
{
    [Fact]
    public void Names_hold_until_each_bracket_that_declares_them_is_closed()
    {
        var brackets = new SourceBrackets();
        Assert.False(brackets.TryDeclare("a"));
        brackets.Open(new SourceBrackets.Bracket((byte)'{'));
        Assert.True(brackets.TryDeclare("a"));
        brackets.Open(new SourceBrackets.Bracket((byte)'['));
        Assert.True(brackets.TryDeclare("a") && brackets.TryDeclare("b"));
        brackets.Close();
        Assert.Equal((true, false), (brackets.Have("a"), brackets.Have("b")));
        brackets.Close();
        Assert.False(brackets.Have("a"));
    }

    [Fact]
    public void Names_in_patterns_belong_to_the_block_around_them()
    {
        var brackets = new SourceBrackets();
        var block = new SourceBrackets.Bracket((byte)'{');
        brackets.Open(block);
        brackets.Open(new SourceBrackets.Bracket((byte)'{') { IsPattern = true });
        brackets.Open(new SourceBrackets.Bracket((byte)'[') { IsPattern = true });
        Assert.Same(block, brackets.InnermostBlock);
        Assert.True(brackets.TryDeclare("a"));
        brackets.Close();
        brackets.Close();
        Assert.True(brackets.Have("a"));
    }

    /// <summary>With a look at each bracket for each name it would take hours.</summary>
    [Fact]
    public void Many_names_in_many_brackets_take_a_step_each()
    {
        const int Many = 400_000;
        var brackets = new SourceBrackets();
        brackets.Open(new SourceBrackets.Bracket((byte)'{'));
        for (var i = 0; i < Many; i++)
        {
            brackets.TryDeclare("outer");
            brackets.Open(new SourceBrackets.Bracket((byte)'[') { IsPattern = true });
        }

        for (var i = 0; i < Many; i++)
        {
            Assert.True(brackets.TryDeclare("x") && brackets.Have("x") && !brackets.Have("y"));
        }

        for (var i = 0; i < Many; i++)
        {
            brackets.Close();
        }

        Assert.True(brackets.Have("x"));
        brackets.Close();
        Assert.False(brackets.Have("x"));
    }
}
