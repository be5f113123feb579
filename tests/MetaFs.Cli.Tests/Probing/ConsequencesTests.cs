using MetaFs.Cli.Probing;
using MetaFs.Linux;

namespace MetaFs.Cli.Tests.Probing;

public sealed class ConsequencesTests
{
    private static readonly ProbeContext s_remote = new(true, false, true, false, false);

    [Theory]
    [InlineData("chown_user", Errno.EPERM, "kept in the overlay")]
    [InlineData("chmod_file", Errno.EOPNOTSUPP, "kept in the overlay")]
    [InlineData("chown_user", Errno.EROFS, "EROFS passes through")]
    [InlineData("utimens_mtime", Errno.EIO, "EIO passes through")]
    [InlineData("symlink", Errno.EOPNOTSUPP, "a plain file stands for it")]
    [InlineData("user_xattr", Errno.EOPNOTSUPP, "kept in the overlay")]
    [InlineData("name_backslash", Errno.EINVAL, "EINVAL passes through")]
    [InlineData("rename_over_open", Errno.EACCES, "EACCES passes through")]
    public void A_refusal_is_recorded_or_passed_on(string name, Errno errno, string expected) =>
        Assert.Equal(expected, Of(name, ProbeAnswer.Refuses(errno), s_remote));

    [Fact]
    public void Open_files_that_the_mount_hides_are_no_trouble()
    {
        ProbeContext hiding = s_remote with { HidesOpenFiles = true };
        ProbeAnswer refused = ProbeAnswer.Refuses(Errno.EACCES);
        Assert.Equal("hidden until the last close", Of("rename_over_open", refused, hiding));
        Assert.Equal("hidden until the last close", Of("unlink_open", ProbeAnswer.Ignores(), hiding));
        Assert.Equal("works", Of("unlink_open", ProbeAnswer.Accepts, hiding));
        Assert.Empty(ProbeWarnings.Of([Fact("unlink_open", ProbeAnswer.Ignores())], hiding));
    }

    [Fact]
    public void Attributes_are_stored_or_recorded()
    {
        Assert.Equal("stored on the share", Of("chown_user", ProbeAnswer.Accepts, s_remote));
        Assert.Equal("stored where the owner is real", Of("suid", ProbeAnswer.Accepts, s_remote));
        Assert.Equal("kept in the overlay", Of("chmod_file", ProbeAnswer.Ignores(), s_remote));
        Assert.Equal(
            "exact time kept in the overlay",
            Of("utimens_mtime", new ProbeAnswer(ProbeVerdict.Rounds, RoundsToNs: 100), s_remote));
        Assert.Equal("owner keeps rw; 0 in the overlay", Of("mode_0", ProbeAnswer.Accepts, s_remote));
        Assert.Equal("stored on the share", Of("mode_0", ProbeAnswer.Accepts, s_remote with { IsLocal = true }));
    }

    [Fact]
    public void Every_consequence_fits_its_column()
    {
        foreach (ProbeQuestion question in ProbeCatalog.Questions)
        {
            foreach (ProbeAnswer answer in Answers())
            {
                foreach (bool flag in new[] { false, true })
                {
                    var context = new ProbeContext(flag, flag, flag, flag, flag);
                    Assert.InRange(Consequences.Of(question, answer, context).Length, 0, Consequences.MaxLength);
                }
            }
        }
    }

    [Fact]
    public void Shares_of_one_mind_get_no_warning()
    {
        var facts = ProbeCatalog.Questions.Select(q => new ProbeFact(q, ProbeAnswer.Accepts, "")).ToList();
        Assert.Empty(ProbeWarnings.Of(facts, s_remote));
    }

    [Theory]
    [InlineData("inode_reopen", "inodes_moved")]
    [InlineData("inode_drop_caches", "inodes_moved")]
    [InlineData("btime_rename", "btime_moves")]
    [InlineData("link_inode", "links_apart")]
    [InlineData("case_sensitive", "case_ignored")]
    [InlineData("unlink_open", "unlinked_stays")]
    [InlineData("mtime_after_close", "mtime_moves")]
    public void What_does_not_hold_is_warned_of(string name, string warning) =>
        Assert.Equal(warning, Assert.Single(ProbeWarnings.Of([Fact(name, ProbeAnswer.Ignores())], s_remote)).Name);

    [Fact]
    public void What_the_mount_knows_of_is_warned_of_in_its_own_words()
    {
        ProbeFact[] moved = [Fact("inode_reopen", ProbeAnswer.Ignores())];
        ProbeFact[] noBirth = [Fact("btime", ProbeAnswer.Absent())];
        ProbeFact[] late = [Fact("mtime_after_close", ProbeAnswer.Ignores())];
        Assert.Equal(
            "inodes_unstable", Assert.Single(ProbeWarnings.Of(moved, s_remote with { StableInodes = false })).Name);
        Assert.Equal("guard_missing", Assert.Single(ProbeWarnings.Of(noBirth, s_remote)).Name);
        Assert.Empty(ProbeWarnings.Of(noBirth, s_remote with { HandleIsIdentity = true }));
        Assert.Empty(ProbeWarnings.Of(late, s_remote with { StampsLate = true }));
    }

    private static ProbeAnswer[] Answers() =>
    [
        ProbeAnswer.Accepts, ProbeAnswer.Ignores(), ProbeAnswer.Absent(), ProbeAnswer.Untried(""),
        ProbeAnswer.Refuses(Errno.EOPNOTSUPP), ProbeAnswer.Refuses(Errno.EIO),
        new ProbeAnswer(ProbeVerdict.Rounds, RoundsToNs: 100),
    ];

    private static ProbeFact Fact(string name, ProbeAnswer answer) => new(Question(name), answer, "");

    private static ProbeQuestion Question(string name) => ProbeCatalog.Questions.Single(q => q.Name == name);

    private static string Of(string name, ProbeAnswer answer, ProbeContext context) =>
        Consequences.Of(Question(name), answer, context);
}
