// metafs(1) and, by that name, mount.metafs(8): reads the command line, runs one command, ends with a documented exit
// status.
using MetaFs.Cli;

string program = RawArguments.ProgramName();
ExitCode code = CommandLine.Run(args, program: program);
return MountMetafsCommand.IsName(program) ? MountMetafsCommand.ExitStatus(code) : (int)code;
