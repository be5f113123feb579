// metafs(1): reads the command line, runs one command, ends with a documented exit code.
using MetaFs.Cli;

return (int)CommandLine.Run(args);
