namespace MetaFs.ShareSim;

/// <summary>Words that cannot be understood. The message names the word and what could stand there.</summary>
internal sealed class SyntaxException(string message) : Exception(message);
