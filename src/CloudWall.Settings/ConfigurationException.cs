namespace CloudWall.Settings;

/// <summary>A setting, an argument or a data directory that keeps the node from starting. The message is for the operator.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Creates the exception with a message that says what is wrong and where.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message that says what is wrong and where, and with its cause.</summary>
    public ConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
