namespace CloudWall.Settings;

/// <summary>A setting, an argument or a data directory with which the node cannot start. The message is for the operator.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Says what is wrong and where.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Says what is wrong and where, and what caused it.</summary>
    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
