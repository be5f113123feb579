// Settings of the test assembly.
using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

// Descriptors are counted, and they are the process's: tests run one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
