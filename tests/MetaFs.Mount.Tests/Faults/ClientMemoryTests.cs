namespace MetaFs.Mount.Tests.Faults;

/// <summary>A share whose client in the kernel remembers names and attributes, as those of network file systems do.</summary>
public sealed class ClientMemoryTests(ITestOutputHelper output) : MountTest(output)
{
    [RootFact]
    public void WhatTheClientRemembersIsNotAskedForAgain()
    {
        FaultyShare share = Mine(new FaultyShare("cache 60s"));
        Posix.Mkdir(share.At("d"), Oct(755)).Ok();
        Posix.CreateFile(share.At("d/f"));

        // Again while a directory has just changed, or where something else has the kernel forget.
        Patience.UntilPasses(() =>
        {
            _ = Posix.Stat(share.At("d/f"));
            share.Sim.Ctl("calls reset");
            _ = Posix.Stat(share.At("d/f"));
            Assert.Equal([], share.Sim.Ctl("calls"));
        });
    }

    [RootFact]
    public void LinksAreCountedWhereOthersMakeThemAll()
    {
        FaultyShare share = Mine(new FaultyShare());
        Posix.CreateFile(share.Behind("f"));
        Posix.Link(share.Behind("f"), share.Behind("g")).Ok();
        share.Fault("cache 60s");
        Assert.Equal(2u, Posix.Stat(share.At("f")).Nlink);
        Posix.Unlink(share.Behind("g")).Ok();
        Assert.Equal(2u, Posix.Stat(share.On("f")).Nlink);
        Assert.Equal(1u, Posix.Stat(share.At("f")).Nlink);
    }

    [RootFact]
    public void WhatIsSetIsProvenByTheShareAndNotByItsClient()
    {
        FaultyShare share = Mine(new FaultyShare("cache 60s"));
        Posix.CreateFile(share.At("f"));
        _ = Posix.Stat(share.At("f"));
        Posix.Chmod(share.Behind("f"), Oct(600)).Ok();
        share.Fault("ignore chmod");
        Posix.Chmod(share.At("f"), Oct(640)).Ok();
        Assert.Equal(Oct(640), Posix.Stat(share.At("f")).Mode);
        share.Heal();
        share.Remount();
        Assert.Equal(Oct(640), Posix.Stat(share.At("f")).Mode);
    }
}
