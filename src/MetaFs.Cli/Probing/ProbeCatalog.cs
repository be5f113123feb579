// All questions in the order of the report. The names are keys of the JSON: they are added to, never changed.
using MetaFs.Linux;
using MetaFs.Passthrough.Shares;

namespace MetaFs.Cli.Probing;

/// <summary>What is asked, and the asking.</summary>
internal static class ProbeCatalog
{
    public static IReadOnlyList<ProbeQuestion> Questions { get; } =
    [
        new("create_owner", "owner of a new file", ProbeSection.Attributes, OwnerQuestions.NewFileOwner),
        new("create_mode", "mode of a new file", ProbeSection.Attributes, ModeQuestions.NewFileMode),
        new("chown_user", "chown: owner", ProbeSection.Attributes, OwnerQuestions.ChownUser),
        new("chown_group", "chown: group", ProbeSection.Attributes, OwnerQuestions.ChownGroup),
        new("chmod_file", "chmod: file", ProbeSection.Attributes, ModeQuestions.ChmodFile),
        new("chmod_directory", "chmod: directory", ProbeSection.Attributes, ModeQuestions.ChmodDirectory),
        new("suid", "set-user-ID bit", ProbeSection.Attributes, ModeQuestions.SetUserId),
        new("sgid", "set-group-ID bit", ProbeSection.Attributes, ModeQuestions.SetGroupId),
        new("sgid_directory", "same, of a directory", ProbeSection.Attributes, ModeQuestions.SetGroupIdDirectory),
        new("sticky", "sticky bit", ProbeSection.Attributes, ModeQuestions.Sticky),
        new("mode_0", "open a file of mode 0", ProbeSection.Attributes, ModeQuestions.ModeZero),
        new("utimens_mtime", "utimens: mtime", ProbeSection.Attributes, TimeQuestions.Mtime),
        new("utimens_atime", "utimens: atime", ProbeSection.Attributes, TimeQuestions.Atime),
        new("utimens_before_1970", "times before 1970", ProbeSection.Attributes, TimeQuestions.Before1970),
        new("utimens_after_2106", "times after 2106", ProbeSection.Attributes, TimeQuestions.After2106),
        new("mtime_after_close", "mtime stands after close", ProbeSection.Attributes, TimeQuestions.AfterClose),

        new("symlink", "symbolic link", ProbeSection.Objects, ObjectQuestions.Symlink),
        new("link", "hard link", ProbeSection.Objects, ObjectQuestions.Link),
        new("fifo", "fifo", ProbeSection.Objects, ObjectQuestions.Fifo),
        new("socket", "socket", ProbeSection.Objects, ObjectQuestions.Socket),
        new("char_device", "character device", ProbeSection.Objects, ObjectQuestions.CharDevice),

        new("user_xattr", "user.*", ProbeSection.Xattrs, XattrQuestions.User),
        new("trusted_xattr", "trusted.*", ProbeSection.Xattrs, XattrQuestions.Trusted),
        new("security_xattr", "security.*", ProbeSection.Xattrs, XattrQuestions.Security),
        new("posix_acl", "POSIX ACL", ProbeSection.Xattrs, XattrQuestions.PosixAcl),

        new("case_sensitive", "case counts", ProbeSection.Names, NameQuestions.CaseSensitive),
        new("name_255", "255 bytes", ProbeSection.Names, NameQuestions.Longest),
        new("name_not_utf8", "byte 0xFF", ProbeSection.Names, NameQuestions.NotUtf8),
        new("name_backslash", "backslash", ProbeSection.Names, NameQuestions.Backslash),
        new("name_colon", "colon", ProbeSection.Names, NameQuestions.Colon),

        new("o_tmpfile", "O_TMPFILE", ProbeSection.Data, DataQuestions.Tmpfile),
        new("rename_noreplace", "RENAME_NOREPLACE", ProbeSection.Data, DataQuestions.RenameNoReplace),
        new("rename_exchange", "RENAME_EXCHANGE", ProbeSection.Data, DataQuestions.RenameExchange),
        new("sparse", "sparse files (SEEK_HOLE)", ProbeSection.Data, DataQuestions.Sparse),
        new("fallocate", "fallocate", ProbeSection.Data, DataQuestions.Fallocate),
        new("copy_file_range", "copy_file_range", ProbeSection.Data, DataQuestions.CopyFileRange),

        new("inode_reopen", "inode after reopen", ProbeSection.Identity, IdentityQuestions.InodeAfterReopen),
        new("inode_drop_caches", "inode after cache drop", ProbeSection.Identity,
            IdentityQuestions.InodeAfterDroppedCaches),
        new("link_inode", "hard links share it", ProbeSection.Identity, ObjectQuestions.LinkInode),
        new("btime", "creation time", ProbeSection.Identity, IdentityQuestions.CreationTime),
        new("link_btime", "hard links share it", ProbeSection.Identity, ObjectQuestions.LinkCreationTime),
        new("btime_utimens", "same after utimens", ProbeSection.Identity, IdentityQuestions.CreationTimeAfterUtimens),
        new("btime_rename", "same after rename", ProbeSection.Identity, IdentityQuestions.CreationTimeAfterRename),
        new("file_handle", "file handle", ProbeSection.Identity, IdentityQuestions.FileHandle),

        new("unlink_open", "unlink takes the name", ProbeSection.OpenFiles, OpenFileQuestions.Unlink),
        new("unlink_open_leftover", "unlink leaves nothing", ProbeSection.OpenFiles, OpenFileQuestions.Leftover),
        new("unlink_open_rmdir", "rmdir of the parent", ProbeSection.OpenFiles, OpenFileQuestions.RemoveParent),
        new("rename_over_open", "rename over it", ProbeSection.OpenFiles, OpenFileQuestions.RenameOver),
    ];

    /// <summary>Asks all questions.</summary>
    /// <exception cref="OperationCanceledException">A signal came.</exception>
    public static ProbeReport Ask(ProbeSite site, byte[] path, ShareDescription share)
    {
        ProbeContext context = ProbeContext.Of(share);
        var facts = new List<ProbeFact>();
        foreach (ProbeQuestion question in Questions)
        {
            site.Stop.ThrowIfCancellationRequested();
            ProbeAnswer answer = Ask(question, site);
            facts.Add(new ProbeFact(question, answer, Consequences.Of(question, answer, context)));
        }

        site.Stop.ThrowIfCancellationRequested();
        return new ProbeReport(
            path, share.Mount, context, site.Uid, site.Gid, facts, ProbeWarnings.Of(facts, context));
    }

    private static ProbeAnswer Ask(ProbeQuestion question, ProbeSite site)
    {
        try
        {
            return question.Ask(site);
        }
        catch (ProbeStepException e)
        {
            return ProbeAnswer.Untried(e.Message);
        }
    }
}
