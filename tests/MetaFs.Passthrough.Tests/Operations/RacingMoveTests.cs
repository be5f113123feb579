using MetaFs.Fuse;
using MetaFs.Linux;
using MetaFs.Passthrough.Tests.Harness;

namespace MetaFs.Passthrough.Tests.Operations;

public sealed class RacingMoveTests
{
    [Fact]
    public void A_file_below_a_directory_that_moves_elsewhere_answers_all_the_while()
    {
        using var share = ShareUnderTest.WithFewDescriptors();
        NodeId left = share.Mkdir("left");
        NodeId right = share.Mkdir("right");
        NodeId directory = share.Mkdir("d", parent: left);
        NodeId file = share.Create("f", parent: directory);
        share.DropDescriptors();
        bool stop = false;
        int moves = 0;
        var moving = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                share.Rename(left, "d", right, "d");
                share.Rename(right, "d", left, "d");
                moves++;
            }
        });
        moving.Start();
        var answers = new List<Errno>();
        for (int i = 0; i < 150; i++)
        {
            share.DropDescriptors();
            answers.Add(share.TryGetattr(file));
        }

        Volatile.Write(ref stop, true);
        moving.Join();
        Assert.NotEqual(0, moves);
        Assert.Equal((-1, Errno.OK), (answers.FindIndex(errno => errno != Errno.OK), answers[^1]));
    }
}
