// Interop settings of the one assembly that calls libc.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Structs cross the boundary byte for byte; nothing is marshalled behind our back.
[assembly: DisableRuntimeMarshalling]

// libc comes from the system loader, never from a file beside the assembly.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
