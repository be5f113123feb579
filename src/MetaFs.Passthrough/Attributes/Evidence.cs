// What one try of chown, chmod or utimens on the share proves. Pure; row 6 of the request's way.
using MetaFs.Linux;
using MetaFs.Overlay;

namespace MetaFs.Passthrough.Attributes;

/// <summary>What to do with one recorded field after the share was tried.</summary>
internal enum FieldVerdict
{
    /// <summary>The share holds the value: the record must not.</summary>
    Drop,

    /// <summary>The share does not hold the value: the record must.</summary>
    Record,

    /// <summary>Nothing was learnt: a field that is recorded takes the value, one that is not stays so.</summary>
    KeepIfRecorded,
}

/// <summary>The rules by which a set attribute goes to the share, to the record, or back as an error.</summary>
internal static class Evidence
{
    /// <summary>
    /// Whether an errno means "not on this share" rather than "not now" or "not there": EPERM, EACCES (sshfs answers it
    /// for chown), EOPNOTSUPP, ENOSYS, EINVAL (cifsacl; an id outside a user name space).
    /// </summary>
    public static bool IsRefusal(Errno errno) =>
        errno is Errno.EPERM or Errno.EACCES or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EINVAL;

    /// <summary>Judges a call that the share answered with success.</summary>
    /// <param name="before">What the share showed before.</param>
    /// <param name="after">What it shows now.</param>
    /// <param name="wanted">What was asked for.</param>
    /// <param name="showsItsOwn">
    /// Whether the share may be showing the wanted value to everybody anyway, as with a forced uid: then finding it
    /// proves nothing, and to forget the wish would lose it when the share is mounted with another uid.
    /// </param>
    public static FieldVerdict Judge(long before, long after, long wanted, bool showsItsOwn)
    {
        if (after != wanted)
            return FieldVerdict.Record;
        if (before != wanted)
            return FieldVerdict.Drop;
        return showsItsOwn ? FieldVerdict.Record : FieldVerdict.KeepIfRecorded;
    }

    /// <summary>What a successful call teaches about the volume; Unknown: nothing.</summary>
    public static CallTrait Learn(long before, long after, long wanted)
    {
        if (after != wanted)
            return CallTrait.Ignores;
        return before != wanted ? CallTrait.Accepts : CallTrait.Unknown;
    }
}
