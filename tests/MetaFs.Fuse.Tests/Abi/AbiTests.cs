// Compares every struct and constant of MetaFs.Fuse.Abi with what tools/abi/dump-abi.c printed for fuse_kernel.h 7.45.
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MetaFs.Fuse.Abi;

namespace MetaFs.Fuse.Tests.Abi;

public sealed class AbiTests
{
    private static readonly string[][] s_fixture =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "abi-7.45.txt")).Select(line => line.Split(' '))];

    private static readonly Type[] s_types =
        [.. typeof(FuseAttr).Assembly.GetTypes().Where(type => type.Namespace == typeof(FuseAttr).Namespace)];

    [Fact]
    public void Every_struct_has_the_size_it_has_in_C()
    {
        foreach (string[] line in s_fixture.Where(line => line[0] == "struct"))
            Assert.True(SizeOf(StructOf(line[1])) == Number(line[3]), $"{line[1]}: {SizeOf(StructOf(line[1]))}");
    }

    [Fact]
    public void Every_field_is_where_it_is_in_C()
    {
        foreach (string[] line in s_fixture.Where(line => line[0] == "field"))
        {
            string[] name = line[1].Split('.');
            Type type = StructOf(name[0]);
            FieldInfo field = type.GetField(Pascal(name[1])) ?? throw new Xunit.Sdk.XunitException($"no {line[1]}");
            (int offset, int size) = PlaceOf(type, field);
            Assert.True(
                offset == Number(line[2]) && size == Number(line[3]), $"{line[1]}: offset {offset}, size {size}");
        }
    }

    [Fact]
    public void No_struct_or_field_is_our_invention()
    {
        var known = s_fixture.Where(line => line[0] == "field")
            .Select(line => line[1].Split('.'))
            .Select(name => $"{Pascal(name[0])}.{Pascal(name[1])}")
            .ToHashSet();
        foreach (Type type in Structs())
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public))
                Assert.Contains($"{type.Name}.{field.Name}", known);
        }
    }

    [Fact]
    public void Every_constant_has_the_value_it_has_in_C()
    {
        Dictionary<string, ulong> ours = Constants();
        Dictionary<string, ulong> theirs = s_fixture.Where(line => line[0] == "constant")
            .ToDictionary(line => line[1], line => ulong.Parse(line[2], CultureInfo.InvariantCulture));
        foreach ((string name, ulong value) in theirs)
            Assert.True(ours.TryGetValue(name, out ulong mine) && mine == value, $"{name} is {value}, not {mine}");
        Assert.Empty(ours.Keys.Except(theirs.Keys));
    }

    private static IEnumerable<Type> Structs() => s_types.Where(type =>
        type is { IsValueType: true, IsEnum: false, IsNested: false }
        && type.GetCustomAttribute<InlineArrayAttribute>() is null);

    private static Type StructOf(string cName) =>
        s_types.SingleOrDefault(type => type.Name == Pascal(cName))
        ?? throw new Xunit.Sdk.XunitException($"no struct {cName}");

    // fuse_setattr_in -> FuseSetattrIn, __spare2 -> Spare2
    private static string Pascal(string cName) => string.Concat(
        cName.Split('_', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static Dictionary<string, ulong> Constants()
    {
        var constants = new Dictionary<string, ulong>();
        foreach (Type type in s_types)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Static | BindingFlags.Public))
            {
                if (!field.IsLiteral || field.Name == "None")
                    continue;
                object? value = field.GetRawConstantValue();
                constants.Add(field.Name, Convert.ToUInt64(value, CultureInfo.InvariantCulture));
            }
        }
        return constants;
    }

    private static int SizeOf(Type type) => (int)Generic(nameof(SizeOfT), type).Invoke(null, null)!;

    private static int SizeOfT<T>() => Unsafe.SizeOf<T>();

    // Sets one field to all ones in a struct of zeros and looks where they are: no marshaller's opinion in between.
    private static (int Offset, int Size) PlaceOf(Type type, FieldInfo field)
    {
        object ones = Generic(nameof(Ones), field.FieldType).Invoke(null, null)!;
        object boxed = Activator.CreateInstance(type)!;
        field.SetValue(boxed, ones);
        byte[] bytes = (byte[])Generic(nameof(BytesOf), type).Invoke(null, [boxed])!;
        return (Array.IndexOf(bytes, byte.MaxValue), bytes.Count(value => value == byte.MaxValue));
    }

    private static object Ones<T>()
        where T : unmanaged
    {
        T value = default;
        MemoryMarshal.AsBytes(new Span<T>(ref value)).Fill(byte.MaxValue);
        return value;
    }

    private static byte[] BytesOf<T>(object boxed)
        where T : unmanaged
    {
        var value = (T)boxed;
        return MemoryMarshal.AsBytes(new Span<T>(ref value)).ToArray();
    }

    private static MethodInfo Generic(string name, Type type) =>
        typeof(AbiTests).GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(type);
}
