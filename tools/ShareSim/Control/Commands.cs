using System.Globalization;
using System.IO;
using MetaFs.ShareSim.Faults;
using MetaFs.ShareSim.Nodes;

namespace MetaFs.ShareSim.Control;

/// <summary>Carries out what a line asks for.</summary>
internal sealed class Commands(FaultTable faults, CallGate gate, InodeNumbers numbers)
{
    private static readonly string[] s_verbs =
        ["list", "clear", "resume", "connect", "renumber", "calls", "hanging", "log", "help"];

    /// <summary>Answers a line: lines of text, then "ok", with a new fault's number, or "error" and why.</summary>
    public IEnumerable<string> Answer(string line)
    {
        List<string> reply = [];
        try
        {
            reply.Add(Carry(line.Trim(), reply));
        }
        catch (SyntaxException wrong)
        {
            reply.Add("error " + wrong.Message);
        }
        catch (IOException failed)
        {
            reply.Add("error " + failed.Message);
        }
        catch (UnauthorizedAccessException failed)
        {
            reply.Add("error " + failed.Message);
        }

        return reply;
    }

    private string Carry(string line, List<string> reply)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string verb = words.Length > 0 ? words[0] : "";
        if (FaultParser.IsVerb(verb))
            return string.Create(CultureInfo.InvariantCulture, $"ok {faults.Add(FaultParser.Parse(line))}");
        string? argument = words.Length > 1 ? words[1] : null;
        if (words.Length > 2 && verb != "log")
            throw new SyntaxException($"'{words[2]}' is one word too many in '{line}'");
        switch (verb)
        {
            case "list":
                reply.AddRange(faults.List());
                break;
            case "clear":
                Clear(argument);
                break;
            case "resume":
                faults.Remove(fault => fault is HangFault);
                break;
            case "connect":
                faults.Remove(fault => fault is RefuseFault { IsDisconnection: true });
                break;
            case "renumber":
                numbers.Renumber(restart: Only("again", argument));
                break;
            case "calls" when Only("reset", argument):
                gate.ResetCounts();
                break;
            case "calls":
                reply.AddRange(gate.Counts());
                break;
            case "hanging":
                reply.AddRange(gate.Hanging());
                break;
            case "log":
                Log(line[3..].Trim());
                break;
            case "help":
                reply.AddRange(CommandHelp.Lines);
                break;
            default:
                throw Words.Unknown("command", verb, [.. s_verbs, .. FaultParser.Verbs]);
        }

        return "ok";
    }

    private void Clear(string? id)
    {
        if (id is null)
            faults.Remove(_ => true);
        else if (!int.TryParse(id, CultureInfo.InvariantCulture, out int number) || !faults.Remove(number))
            throw new SyntaxException($"there is no fault '{id}'; 'list' shows them");
    }

    private void Log(string file)
    {
        if (file.Length == 0 || (file != "off" && file[0] != '/'))
            throw new SyntaxException($"'{file}' is no place for the log: an absolute path, or off");
        gate.LogTo(file == "off" ? null : file);
    }

    private static bool Only(string valid, string? argument) => argument is null
        ? false
        : argument == valid ? true : throw new SyntaxException($"unknown word '{argument}': {valid}, or none");
}
