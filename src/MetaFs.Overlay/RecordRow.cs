// Records to and from the columns of OverlaySchema.RecordColumns.
using SQLitePCL;

namespace MetaFs.Overlay;

/// <summary>Writes and reads the columns of one record.</summary>
/// <remarks>
/// What is read is data that may be damaged or forged: a value outside its range refuses the whole row, since half a
/// record would show a file with half of its owner. Times and witnesses have no range.
/// </remarks>
internal static class RecordRow
{
    /// <summary>How many columns a record has.</summary>
    public const int Columns = 42;

    private const uint FileTypeBits = 0xF000;
    private const uint SymlinkType = 0xA000;
    private const uint FifoType = 0x1000;
    private const uint CharType = 0x2000;
    private const uint BlockType = 0x6000;
    private const uint SocketType = 0xC000;
    private const uint PermissionBits = 0xFFF;

    // (uid_t)-1 is no owner: chown(2) means "leave it".
    private const uint LargestId = uint.MaxValue - 1;
    private const int LargestErrno = 4095;

    private const int Type = 0;
    private const int GuardKindColumn = 1;
    private const int GuardValue = 2;
    private const int Uid = 3;
    private const int Gid = 8;
    private const int Mode = 13;
    private const int Atime = 18;
    private const int Mtime = 23;
    private const int Witness = 28;
    private const int Ctime = 33;
    private const int SetAt = 34;
    private const int SetBy = 35;
    private const int HintParent = 36;
    private const int HintName = 37;
    private const int Object = 38;
    private const int Xattrs = 41;

    // A value's column, then these of its own.
    private const int ValueColumns = 5;

    /// <summary>Binds all columns of a record.</summary>
    /// <param name="to">The statement, or what else takes a row.</param>
    /// <param name="first">The parameter of the first column.</param>
    /// <param name="record">The record.</param>
    public static void Bind(IRowTarget to, int first, InodeRecord record)
    {
        to.Bind(first + Type, (long)record.Guard.FileType);
        to.Bind(first + GuardKindColumn, (long)record.Guard.Kind);
        to.Bind(first + GuardValue, record.Guard.Value);
        BindValue(to, first + Uid, record.Uid?.Value, record.Uid?.Reason ?? default);
        BindValue(to, first + Gid, record.Gid?.Value, record.Gid?.Reason ?? default);
        BindValue(to, first + Mode, record.Mode?.Value, record.Mode?.Reason ?? default);
        BindValue(to, first + Atime, record.Atime?.Nanoseconds, record.Atime?.Reason ?? default);
        BindValue(to, first + Mtime, record.Mtime?.Nanoseconds, record.Mtime?.Reason ?? default);
        BindWitness(to, first + Witness, record.Witness);
        to.Bind(first + Ctime, record.Ctime);
        to.Bind(first + SetAt, record.SetAt);
        BindUser(to, first + SetBy, record.SetBy);
        to.Bind(first + HintParent, record.Hint.Parent);
        to.Bind(first + HintName, record.Hint.Name);
        BindObject(to, first + Object, record.Object);
        to.Bind(first + Xattrs, (long)record.Xattrs);
    }

    /// <summary>Reads the first columns of the statement's row.</summary>
    /// <returns>What is wrong with the row, or null.</returns>
    public static string? Read(SqliteStatement row, out InodeRecord? record)
    {
        record = null;
        long type = row.Integer(Type);
        long kind = row.Integer(GuardKindColumn);
        if ((type & ~(long)FileTypeBits) != 0)
            return "file type";
        if (kind is < 0 or > (long)GuardKind.FileHandle)
            return "guard kind";
        if (!ReadValue(row, Uid, LargestId, out long? uid, out Reason uidReason))
            return "uid";
        if (!ReadValue(row, Gid, LargestId, out long? gid, out Reason gidReason))
            return "gid";
        if (!ReadValue(row, Mode, PermissionBits, out long? mode, out Reason modeReason))
            return "mode";
        if (!ReadValue(row, Atime, null, out long? atime, out Reason atimeReason))
            return "atime";
        if (!ReadValue(row, Mtime, null, out long? mtime, out Reason mtimeReason))
            return "mtime";
        if (!ReadUser(row, SetBy, out uint? setBy))
            return "set_by";
        ReadOnlySpan<byte> name = row.Bytes(HintName);
        if (name.Length > OverlaySchema.LongestName)
            return "hint name";
        if (!ReadObject(row, (uint)type, out EmulatedObject? item))
            return "placeholder";
        long xattrs = row.Integer(Xattrs);
        if ((xattrs & ~(long)XattrKinds.All) != 0)
            return "set of attribute name spaces";

        record = new InodeRecord
        {
            Guard = new InodeGuard((uint)type, (GuardKind)kind, row.Integer(GuardValue)),
            Uid = uid is { } u ? new IdValue((uint)u, uidReason) : null,
            Gid = gid is { } g ? new IdValue((uint)g, gidReason) : null,
            Mode = mode is { } m ? new ModeValue((uint)m, modeReason) : null,
            Atime = atime is { } a ? new TimeValue(a, atimeReason) : null,
            Mtime = mtime is { } t ? new TimeValue(t, mtimeReason) : null,
            Witness = ReadWitness(row),
            Ctime = row.Integer(Ctime),
            SetAt = row.Integer(SetAt),
            SetBy = setBy,
            Hint = new PathHint(unchecked((ulong)row.Integer(HintParent)), name.IsEmpty ? null : name.ToArray()),
            Object = item,
            Xattrs = (XattrKinds)xattrs,
        };
        return null;
    }

    private static void BindValue(IRowTarget to, int first, long? value, Reason reason)
    {
        if (value is { } present)
        {
            to.Bind(first, present);
            to.Bind(first + 1, (long)reason.Kind);
            to.Bind(first + 2, reason.Errno);
            if (reason.Origin is { } origin)
            {
                to.Bind(first + 3, origin.SetAt);
                BindUser(to, first + 4, origin.SetBy);
                return;
            }

            to.BindNull(first + 3);
            to.BindNull(first + 4);
        }
        else
        {
            for (int i = 0; i < ValueColumns; i++)
                to.BindNull(first + i);
        }
    }

    private static void BindUser(IRowTarget to, int parameter, uint? user)
    {
        if (user is { } known)
            to.Bind(parameter, (long)known);
        else
            to.BindNull(parameter);
    }

    private static void BindWitness(IRowTarget to, int first, in TimeWitness? witness)
    {
        if (witness is { } present)
        {
            to.Bind(first, present.Mtime);
            to.Bind(first + 1, present.Ctime);
            to.Bind(first + 2, present.Size);
            to.Bind(first + 3, present.TakenAt);
            to.Bind(first + 4, present.SettledAt);
        }
        else
        {
            for (int i = 0; i < 5; i++)
                to.BindNull(first + i);
        }
    }

    private static void BindObject(IRowTarget to, int first, EmulatedObject? item)
    {
        if (item is null)
        {
            for (int i = 0; i < 3; i++)
                to.BindNull(first + i);
            return;
        }

        to.Bind(first, (long)item.Rdev);
        to.Bind(first + 1, item.Target);
        to.Bind(first + 2, item.Mtime);
    }

    // The type is the record's: no row can say that a directory has a placeholder, or a fifo a target.
    private static bool ReadObject(SqliteStatement row, uint type, out EmulatedObject? item)
    {
        item = null;
        if (row.Type(Object + 2) == raw.SQLITE_NULL)
            return true;
        ReadOnlySpan<byte> target = row.Bytes(Object + 1);
        long rdev = row.Integer(Object);
        bool isSymlink = type == SymlinkType;
        bool isPossible = isSymlink
            ? target.Length is > 0 and <= EmulatedObject.LongestTarget && !target.Contains((byte)0)
            : type is FifoType or CharType or BlockType or SocketType && target.IsEmpty;
        if (!isPossible || rdev is < 0 or > uint.MaxValue)
            return false;
        item = new EmulatedObject(type, (uint)rdev, isSymlink ? target.ToArray() : null, row.Integer(Object + 2));
        return true;
    }

    // Null where the column is NULL; false where value or reason is out of range.
    private static bool ReadValue(SqliteStatement row, int first, uint? largest, out long? value, out Reason reason)
    {
        value = null;
        reason = default;
        long stored = row.Integer(first);
        if (stored == 0 && row.Type(first) is var storage and not raw.SQLITE_INTEGER)
        {
            // Text that is no number also reads as 0, which would be root.
            return storage == raw.SQLITE_NULL;
        }

        if (!ReadOrigin(row, first + 3, out Origin? origin))
            return false;
        long kind = row.Integer(first + 1);
        long errno = row.Integer(first + 2);
        if ((largest is { } limit && (ulong)stored > limit)
            || kind is < (long)ReasonKind.Refused or > (long)ReasonKind.Kept
            || (ulong)errno > LargestErrno)
        {
            return false;
        }

        value = stored;
        reason = new Reason((ReasonKind)kind, (int)errno, origin);
        return true;
    }

    // No file was changed in the first nanosecond of 1970, so a look at the type can be spared.
    private static bool ReadOrigin(SqliteStatement row, int first, out Origin? origin)
    {
        origin = null;
        long setAt = row.Integer(first);
        if (setAt == 0)
            return true;
        if (!ReadUser(row, first + 1, out uint? setBy))
            return false;
        origin = new Origin(setAt, setBy);
        return true;
    }

    private static bool ReadUser(SqliteStatement row, int column, out uint? user)
    {
        user = null;
        long stored = row.Integer(column);
        if (stored == 0 && row.Type(column) is var storage and not raw.SQLITE_INTEGER)
            return storage == raw.SQLITE_NULL;
        if ((ulong)stored > LargestId)
            return false;
        user = (uint)stored;
        return true;
    }

    private static TimeWitness? ReadWitness(SqliteStatement row)
    {
        long mtime = row.Integer(Witness);
        if (mtime == 0 && row.Type(Witness) == raw.SQLITE_NULL)
            return null;
        return new TimeWitness(
            mtime,
            row.Integer(Witness + 1),
            unchecked((ulong)row.Integer(Witness + 2)),
            row.Integer(Witness + 3),
            row.Integer(Witness + 4));
    }
}
