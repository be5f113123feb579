namespace MetaFs.Cli.Transfer;

/// <summary>An entry of an ACL, with the tags of linux/posix_acl.h.</summary>
/// <param name="Tag">Whom it is about.</param>
/// <param name="Id">The number of a named user or group; else <see cref="NoId"/>.</param>
/// <param name="Bits">Permissions, 0 to 7.</param>
internal readonly record struct AclEntry(ushort Tag, uint Id, uint Bits)
{
    public const ushort UserObject = 0x01;
    public const ushort User = 0x02;
    public const ushort GroupObject = 0x04;
    public const ushort Group = 0x08;
    public const ushort Mask = 0x10;
    public const ushort Other = 0x20;
    public const uint NoId = uint.MaxValue;
}
