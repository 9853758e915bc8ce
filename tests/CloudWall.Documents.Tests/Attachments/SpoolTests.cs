using CloudWall.Documents.Admission;
using CloudWall.Documents.Databases;

namespace CloudWall.Documents.Tests.Attachments;

public sealed class SpoolTests
{
    /// <summary>What is put aside takes the disk's room, so it is asked for as for attachments.</summary>
    [Fact]
    public async Task Nothing_is_put_aside_on_a_full_disk()
    {
        var room = new FullRoom();
        await using var engine = await Engine.CreateAsync(new EngineOptions { Room = room });
        engine.Database.BeginSpool().Dispose();

        room.IsFull = true;
        Assert.Equal(507, Assert.Throws<DocumentException>(() => engine.Database.BeginSpool()).Error.Status);
        Assert.Equal(507, Assert.Throws<DocumentException>(() => engine.Database.BeginUpload(Engine.Binary)).Error.Status);
    }

    private sealed class FullRoom : WriteRoom
    {
        public bool IsFull { get; set; }

        public override DocumentError? Refuse(WriteNeed need) =>
            IsFull && need == WriteNeed.Space ? new DocumentError(507, "insufficient_storage", "full") : null;

        public override DocumentError? RefuseEdits() => null;
    }
}
