using CloudWall.Mesh.Identity;
using CloudWall.Mesh.Roster;

namespace CloudWall.Mesh.Tests.Roster;

public sealed class OwnerKeyBoxTests
{
    [Fact]
    public void The_words_as_a_person_types_them_open_the_box_and_no_others_do()
    {
        using var owner = NodeKey.Create();
        var words = RecoveryWords.Create();
        var box = OwnerKeyBox.Seal(owner, words);
        Assert.True(RecoveryWords.TryParse("  " + words.ToString().ToUpperInvariant().Replace(' ', '-') + "\n", out var typed));
        using var opened = OwnerKeyBox.Open(box, typed);
        Assert.Equal(owner.Public, opened!.Public);
        Assert.Null(OwnerKeyBox.Open(box, RecoveryWords.Create()));
        box[^1] ^= 1;
        Assert.Null(OwnerKeyBox.Open(box, words));
        Assert.Null(OwnerKeyBox.Open([], words));
    }

    [Fact]
    public void A_mistyped_word_is_noticed()
    {
        var words = RecoveryWords.Create().ToString().Split(' ');
        Assert.Equal(9, words.Length);
        Assert.False(RecoveryWords.TryParse(string.Join(' ', words[..8]), out _));
        Assert.False(RecoveryWords.TryParse(string.Join(' ', ["xxxxx", .. words[1..]]), out _));
        words[0] = words[0] == "babab" ? "babad" : "babab";
        Assert.False(RecoveryWords.TryParse(string.Join(' ', words), out _));
    }
}
