using MetaFs.Cli.Options;
using MetaFs.Passthrough;
using MetaFs.Passthrough.Xattrs;

namespace MetaFs.Cli.Tests.Options;

public sealed class MountOptionParserTests
{
    private static readonly MountOptions s_defaults = new();

    public static TheoryData<string, string> Accepted => new()
    {
        { "", Text(s_defaults) },
        { "defaults,auto,noauto,user,nouser,users,user=alice,owner,group,nofail,_netdev,async", Text(s_defaults) },
        { "noatime,relatime,strictatime,nodiratime,lazytime,atime", Text(s_defaults) },
        { "x-systemd.automount,x-gvfs-hide,X-mount.mkdir=0755,comment=hello", Text(s_defaults) },
        { ",,ro,,", Text(s_defaults with { ReadOnly = true }) },
        { "db=/var/lib/x.db", Text(s_defaults with { Database = "/var/lib/x.db" }) },
        { "db=/a\\,b,ro", Text(s_defaults with { Database = "/a,b", ReadOnly = true }) },
        { "db=a=b", Text(s_defaults with { Database = "a=b" }) },
        { "db=a\\b", Text(s_defaults with { Database = "a\\b" }) },
        { "uid=1000,gid=50", Text(s_defaults with { Uid = 1000, Gid = 50 }) },
        { "uid=root,gid=root", Text(s_defaults with { Uid = 0, Gid = 0 }) },
        { "uid=4294967294", Text(s_defaults with { Uid = 4294967294 }) },
        { "file_mode=0644,dir_mode=2755", Text(s_defaults with { FileMode = 0x1A4, DirMode = 0x5ED }) },
        { "file_mode=7777,dir_mode=0", Text(s_defaults with { FileMode = 0xFFF, DirMode = 0 }) },
        { "allow_other,noperm", Text(s_defaults with { AllowOther = true, NoPerm = true }) },
        { "as=caller", Text(s_defaults with { AsCaller = true }) },
        { "as=caller,as=daemon", Text(s_defaults) },
        { "ro,rw", Text(s_defaults) },
        { "rw,ro", Text(s_defaults with { ReadOnly = true }) },
        { "suid,dev,noexec", Text(s_defaults with { Suid = true, Dev = true, NoExec = true }) },
        { "suid,nosuid,dev,nodev,noexec,exec", Text(s_defaults) },
        { "allow_suid,allow_dev", Text(s_defaults with { Suid = true, Dev = true }) },
        { "entry_timeout=0,attr_timeout=2.5,negative_timeout=.25", Text(s_defaults with
            {
                EntryTimeout = TimeSpan.Zero,
                AttrTimeout = TimeSpan.FromMilliseconds(2500),
                NegativeTimeout = TimeSpan.FromMilliseconds(250),
            })
        },
        { "chown=record,chmod=record,utimens=record", Text(s_defaults with
            {
                Chown = SetPolicy.Record,
                Chmod = SetPolicy.Record,
                Utimens = SetPolicy.Record,
            })
        },
        { "chown=record,chown=try", Text(s_defaults) },
        { "unlinked=hide", Text(s_defaults with { Unlinked = UnlinkedFiles.Hide }) },
        { "unlinked=leave", Text(s_defaults with { Unlinked = UnlinkedFiles.Leave }) },
        { "unlinked=leave,unlinked=auto", Text(s_defaults) },
        { "xattrs=none", Text(s_defaults with { Xattrs = XattrPolicy.None }) },
        { "xattrs=none,xattrs=auto", Text(s_defaults) },
        { "acl", Text(s_defaults with { Acls = true }) },
        { "acl,noacl", Text(s_defaults with { Acls = false }) },
        { "no_passthrough", Text(s_defaults with { Passthrough = false }) },
        { "no_io_uring", Text(s_defaults with { IoUring = false }) },
        { "threads=1", Text(s_defaults with { Threads = 1 }) },
        { "threads=1024", Text(s_defaults with { Threads = 1024 }) },
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public void A_list_means_what_the_manual_says(string list, string expected) =>
        Assert.Equal(expected, Text(MountOptionParser.Parse([list])));

    [Theory]
    [InlineData("", true)]
    [InlineData("noacl", false)]
    [InlineData("xattrs=overlay", true)]
    [InlineData("xattrs=none", false)]
    [InlineData("xattrs=none,noacl", false)]
    [InlineData("xattrs=none,xattrs=auto", true)]
    public void Without_extended_attributes_there_are_no_acls(string list, bool hasAcls) =>
        Assert.Equal(hasAcls, MountOptionParser.Parse([list]).HasAcls);

    [Theory]
    [InlineData("fooo", "unknown option 'fooo'; known: db, uid,")]
    [InlineData("fooo=1", "unknown option 'fooo';")]
    [InlineData("gud=3", "unknown option 'gud'; did you mean 'gid'?")]
    [InlineData("allow_others", "did you mean 'allow_other'?")]
    [InlineData("RO", "unknown option 'RO'; did you mean")]
    [InlineData("fsname=x", "unknown option 'fsname'")]
    [InlineData("remount,ro", "option 'remount' is mount(8)'s")]
    [InlineData("=x", "unknown option ''")]
    [InlineData("ro=1", "option 'ro' takes no value, but was given '1'")]
    [InlineData("uid", "option 'uid' needs a value: uid=USER")]
    [InlineData("db", "option 'db' needs a value: db=FILE")]
    [InlineData("db=", "option 'db': bad value ''; expected a file name")]
    [InlineData("uid=", "option 'uid': bad value ''; expected a user's name or number")]
    [InlineData("uid=no such user", "option 'uid': bad value 'no such user'")]
    [InlineData("uid=-1", "option 'uid': bad value '-1'")]
    [InlineData("uid=4294967295", "option 'uid': bad value '4294967295'")]
    [InlineData("uid=4294967296", "option 'uid': bad value '4294967296'")]
    [InlineData("gid= 5", "option 'gid': bad value ' 5'; expected a group's name or number")]
    [InlineData("file_mode=", "option 'file_mode': bad value ''; expected octal permission bits")]
    [InlineData("file_mode=0888", "option 'file_mode': bad value '0888'")]
    [InlineData("file_mode=0o644", "option 'file_mode': bad value '0o644'")]
    [InlineData("dir_mode=10000", "option 'dir_mode': bad value '10000'")]
    [InlineData("dir_mode=u+rwx", "bad value 'u+rwx'; expected octal permission bits, as in dir_mode=0755")]
    [InlineData("entry_timeout=-1", "option 'entry_timeout': bad value '-1'; expected seconds")]
    [InlineData("attr_timeout=1s", "option 'attr_timeout': bad value '1s'")]
    [InlineData("attr_timeout=1e3", "option 'attr_timeout': bad value '1e3'")]
    [InlineData("negative_timeout=99999999999", "option 'negative_timeout': bad value '99999999999'")]
    [InlineData("negative_timeout=1\\,5", "option 'negative_timeout': bad value '1,5'")]
    [InlineData("chown=maybe", "option 'chown': bad value 'maybe'; expected chown=try|record")]
    [InlineData("chmod=", "option 'chmod': bad value ''; expected chmod=try|record")]
    [InlineData("utimens=Record", "option 'utimens': bad value 'Record'")]
    [InlineData("unlinked=", "option 'unlinked': bad value ''; expected ")]
    [InlineData("as=alice", "option 'as': bad value 'alice'; expected as=caller|daemon")]
    [InlineData("threads=0", "option 'threads': bad value '0'; expected a number from 1 to 1024")]
    [InlineData("threads=1025", "option 'threads': bad value '1025'")]
    [InlineData("threads=many", "option 'threads': bad value 'many'")]
    public void A_bad_list_is_refused_by_name(string list, string expected)
    {
        CliException refused = Assert.Throws<CliException>(() => MountOptionParser.Parse(["rw", list]));
        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Later_lists_win() =>
        Assert.Equal(
            Text(s_defaults with { Uid = 2, ReadOnly = true }),
            Text(MountOptionParser.Parse(["uid=1,rw", "ro", "uid=2"])));

    [Theory]
    [InlineData("rw,dev,suid", "rw")]
    [InlineData("rw,nodev,suid", "rw,nodev")]
    [InlineData("rw,nosuid,dev", "rw,nosuid")]
    [InlineData("rw,nosuid,nodev", "rw,nosuid,nodev")]
    [InlineData("rw,suid,dev,suid", "rw,suid")]
    [InlineData("nosuid,dev,dev", "nosuid,dev")]
    [InlineData("db=/a\\,b,dev,suid", "db=/a\\,b")]
    [InlineData("dev,suid", "")]
    [InlineData("", "")]
    public void The_words_that_mount_fuse_adds_count_for_nothing(string given, string expected) =>
        Assert.Equal([expected], MountOptionParser.WithoutMountFuseWords([given]));

    [Theory]
    [InlineData("db=\"/a,b\",ro", "db=/a,b|ro")]
    [InlineData("ro,db=\"/a b\"", "ro|db=/a b")]
    [InlineData("db=\"\"", "db=")]
    [InlineData("db=\"/a,b", "db=\"/a|b")]
    [InlineData("db=\"/a\"b,ro", "db=\"/a\"b|ro")]
    [InlineData("db=/a\",ro", "db=/a\"|ro")]
    [InlineData("\"ro,rw\"", "\"ro|rw\"")]
    [InlineData("db=/a\\,b,,ro,", "db=/a,b|ro")]
    [InlineData("db=\"", "db=\"")]
    public void Commas_in_values_are_quoted_or_escaped(string list, string expected) =>
        Assert.Equal(expected.Split('|'), MountOptionParser.Split(list));

    [Theory]
    [InlineData("fooo,ro,bar=1,uid=5,nofail,x-y=z", "ro,uid=5,nofail,x-y=z")]
    [InlineData("db=\"/a,b\",fooo=c", "db=/a\\,b")]
    [InlineData("fooo", "")]
    public void Sloppy_means_without_unknown_words(string list, string expected) =>
        Assert.Equal([expected], MountOptionParser.WithoutUnknown([list]));

    [Fact]
    public void Every_option_is_in_the_help_and_in_the_manual()
    {
        string help = CliRun.Inside("mount", "--help").Output;
        string manual = File.ReadAllText(Path.Combine(Checkout.Directory, "docs", "metafs.1.md"));
        foreach (MountOption option in MountOptionTable.All)
        {
            Assert.Contains(option.Usage, help, StringComparison.Ordinal);
            Assert.Contains($"**{option.Name}**", manual, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("gud", "gid", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Edits_are_counted(string left, string right, int expected) =>
        Assert.Equal(expected, NearestWord.EditDistance(left, right));

    // Records compare by value and print all fields: a failure shows which one differs.
    private static string Text(MountOptions options) => options.ToString();
}
