using System.Globalization;
using MetaFs.Linux;

namespace MetaFs.Cli.Tests;

public sealed class JournalStreamTests
{
    [Fact]
    public void The_journal_is_known_by_device_and_inode()
    {
        Assert.Equal(Errno.OK, Libc.Pipe2(out SafeFd read, out SafeFd write));
        using (read)
        using (write)
        {
            Assert.Equal(Errno.OK, Libc.Statx(
                write, CString.Empty, AtFlags.AT_EMPTY_PATH, StatxMask.STATX_BASIC_STATS, out Statx stat));
            string name = string.Create(CultureInfo.InvariantCulture, $"{stat.Dev}:{stat.Ino}");
            Assert.True(JournalStream.IsJournal(name, write));
            Assert.False(JournalStream.IsJournal(name + "0", write));
            Assert.False(JournalStream.IsJournal("", write));
            Assert.False(JournalStream.IsJournal(null, write));
        }
    }

    [Fact]
    public void Each_line_has_its_priority() =>
        Assert.Equal("<3>error: one\n<3>two", JournalStream.Mark(Libc.LOG_ERR, "error: one\ntwo"));
}
