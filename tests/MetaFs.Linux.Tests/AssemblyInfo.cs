// Settings of the test assembly.
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;

[assembly: DisableRuntimeMarshalling]
[assembly: SupportedOSPlatform("linux")]

// The umask and the descriptor numbers are the process's: tests run one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
