namespace CloudWall.Documents.Writing;

/// <summary>Changes a database's limits or its security object.</summary>
internal sealed class SettingsCommand(Action<WriteSession> change) : WriteCommand<bool>
{
    protected override bool Decide(WriteSession session)
    {
        change(session);
        return true;
    }
}
