"""Prints what a directory does with extended attributes and POSIX ACLs, as text that is the same on every file system
that has them all. Run by root: xattrs.py DIR [--without tmpfile,fallocate,special,unknown]; again with --look: what is there."""
import argparse
import ctypes
import errno
import os
import stat
import struct
import subprocess

ANY = 0xFFFFFFFF
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 1, 2, 4, 8, 16, 32
ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"


def attempt(call, *arguments, **words):
    try:
        return call(*arguments, **words)
    except OSError as error:
        return errno.errorcode[error.errno]


def as_user(uid, call, *arguments):
    """The answer of a call that somebody else makes, with no capability and no other group."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        os.write(write, repr(attempt(call, *arguments)).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        text = answer.read().decode()
    os.wait()
    return text


def shell(script, uid=None):
    words = ["sh", "-c", "umask 022\n" + script]
    if uid is not None:
        words = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] + words
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    print("$", script, "=", done.returncode)
    print((done.stdout + done.stderr).rstrip())


def acl(*entries):
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def make(name, mode=0o644):
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode))


def dump(top):
    paths = [top]
    for directory, names, files in os.walk(top):
        paths += [os.path.join(directory, name) for name in names + files]
    for path in sorted(paths):
        status = os.lstat(path)
        print(path, oct(status.st_mode), status.st_uid, status.st_gid)
        for name in sorted(os.listxattr(path, follow_symlinks=False)):
            print("   ", name, os.getxattr(path, name, follow_symlinks=False)[:60].hex())


def names(without):
    make("f")
    unknown = [] if "unknown" in without else ["foo.a", "system.foo", "system.", "user"]
    for name in ["user.a", "trusted.a", "security.a", "user.", "trusted.", "user." + "x" * 250, "user." + "x" * 251,
                 "user.A", "user.cifs.creationtime", "user.rsync.%stat"] + unknown:
        print(name[:24], [attempt(call, *arguments) for call, arguments in [
            (os.getxattr, ["f", name]), (os.removexattr, ["f", name]),
            (os.setxattr, ["f", name, b"v1", os.XATTR_REPLACE]), (os.setxattr, ["f", name, b"v2"]),
            (os.getxattr, ["f", name]), (os.setxattr, ["f", name, b"v3", os.XATTR_CREATE]),
            (os.setxattr, ["f", name, b"v4", os.XATTR_REPLACE]), (os.getxattr, ["f", name]),
            (os.removexattr, ["f", name]), (os.removexattr, ["f", name]), (os.getxattr, ["f", name])]])
    print(os.listxattr("f"))


def values():
    for size in [0, 1, 255, 3000, 65537]:
        print(size, attempt(os.setxattr, "f", "user.v", b"x" * size), len(attempt(os.getxattr, "f", "user.v")))
    libc = ctypes.CDLL(None, use_errno=True)
    for room in [0, 1, 2999, 3000, 3001, 65536]:
        buffer = ctypes.create_string_buffer(room + 1)
        size = libc.getxattr(b"f", b"user.v", buffer, room)
        print("room", room, size, errno.errorcode.get(ctypes.get_errno()) if size < 0 else "")
        size = libc.listxattr(b"f", buffer, room // 400)
        print("room for names", room // 400, size, errno.errorcode.get(ctypes.get_errno()) if size < 0 else "")
    os.setxattr("f", "user.low", b"1")
    print(attempt(os.setxattr, "f", "user.LOW", b"2"), attempt(os.getxattr, "f", "user.low"), attempt(os.getxattr, "f", "user.LOW"))
    print(attempt(os.removexattr, "f", "user.LOW"), attempt(os.getxattr, "f", "user.low"), attempt(os.removexattr, "f", "user.low"))
    times = []
    for change in [lambda: os.setxattr("f", "user.c", b"1"), lambda: os.setxattr("f", "user.c", b"2"),
                   lambda: os.removexattr("f", "user.c")]:
        change()
        times.append(os.stat("f").st_ctime_ns)
    print("ctime moves on:", times == sorted(times))


def others(without):
    os.setxattr("f", "trusted.t", b"1")
    os.setxattr("f", "user.t", b"1")
    print(sorted(os.listxattr("f")), as_user(1000, lambda: sorted(os.listxattr("f"))))
    for name in ["user.t", "trusted.t", "security.t", "system.nfs4_acl", ACCESS]:
        print(name, as_user(1000, os.getxattr, "f", name), as_user(1000, os.setxattr, "f", name, b"2"),
              as_user(1000, os.removexattr, "f", name))
    if "special" in without:
        return
    os.symlink("f", "link")
    os.mkfifo("fifo")
    os.mknod("device", 0o644 | stat.S_IFCHR, os.makedev(1, 3))
    for file in ["link", "fifo", "device"]:
        for name in ["user.x", "trusted.x", "security.x"]:
            print(file, name, [attempt(call, file, *arguments, follow_symlinks=False) for call, arguments in [
                (os.setxattr, [name, b"1"]), (os.getxattr, [name]), (os.listxattr, []), (os.removexattr, [name])]])


def lives():
    make("one")
    os.setxattr("one", "user.n", b"7")
    os.rename("one", "two")
    os.link("two", "three")
    print(os.getxattr("two", "user.n"), os.getxattr("three", "user.n"))
    make("other")
    os.setxattr("other", "user.o", b"9")
    os.rename("other", "three")
    print(os.listxattr("three"), os.listxattr("two"))
    fd = os.open("three", os.O_RDWR)
    os.unlink("three")
    print(attempt(os.getxattr, fd, "user.o"), attempt(os.setxattr, fd, "user.p", b"1"), sorted(os.listxattr(fd)))
    os.close(fd)
    make("three")
    print(os.listxattr("three"))


def nameless(directory, name):
    fd = os.open(directory, os.O_TMPFILE | os.O_RDWR, 0o666)
    os.setxattr(fd, "user.tmp", b"1")
    print(sorted(os.listxattr(fd)), oct(os.fstat(fd).st_mode))
    path = f"/proc/self/fd/{fd}".encode()
    print(ctypes.CDLL(None).linkat(-100, path, -100, f"{directory}/{name}".encode(), 0x400))
    os.close(fd)
    dump(f"{directory}/{name}")


def capabilities(without):
    shell("cp /bin/true prog; setcap cap_net_raw+ep prog; getcap prog; setcap -r prog; getcap prog")
    ways = ["echo >> prog", "truncate -s 10 prog", "chown 1:1 prog", "chmod 700 prog", ": > prog", "mv prog p; mv p prog",
            "dd if=/dev/zero of=prog bs=4096 count=1 oflag=direct conv=notrunc status=none", "touch prog"]
    if "fallocate" not in without:
        ways.append("fallocate -l 100000 prog")
    for way in ways:
        shell(f"setcap cap_net_raw+ep prog; {way}; getcap prog")


def access_acls():
    shell("touch a; setfacl -m u:1000:rw,g:50:r a; getfacl -cn a; stat -c %a a; chmod 640 a; getfacl -cn a")
    shell("setfacl -x u:1000 a; getfacl -cn a; setfacl -b a; getfacl -cn a; stat -c %a a; setfacl -k a")
    shell("touch b; chmod 6755 b; setfacl -m u:1000:rwx b; stat -c %a b; chmod 700 b; getfacl -cn b; setfacl -m m::r b")
    shell("stat -c %a b; getfacl -cn b; setfacl --set u::rw,g::r,o::- b; stat -c %a b; getfattr -m- -d b; setfacl -dm u:1:r b")
    shell("touch s; chown 1000:50 s; chmod 2755 s; stat -c %a s")
    shell("setfacl -m u:1:r s; stat -c %a s; getfacl -cn s; setfacl -m u::rwx b", 1000)
    shell("touch o; chown 1000:1000 o; setfacl -m u:1001:rw o; chown 1002:1002 o; getfacl -cn o; stat -c %a:%u:%g o")
    shell("touch p; chmod 4755 p; cp -p p p2; stat -c %a p2; setfacl -m u:7:r p; cp -p p p3; stat -c %a p3; getfacl -cn p3")


def default_acls(without):
    shell("mkdir D; setfacl -dm u:1000:rwx,g:50:rx,o::- D; getfacl -cn D; umask 077; touch D/f; mkdir D/s; "
          "touch D/s/ff; cp /bin/true D/x; install -m 600 /bin/true D/i")
    if "special" not in without:
        shell("umask 077; mkfifo D/p; ln -s x D/l; mknod D/c c 1 3")
    dump("D")
    if "tmpfile" not in without:
        nameless("D", "t")
    shell("setfacl -k D; umask 077; touch D/none; getfacl -cn D/none; getfacl -cn D")
    if "tmpfile" not in without:
        nameless("D", "t2")
    shell("mkdir M; setfacl -dm u::rwx,g::rx,o::r M; umask 077; touch M/f; mkdir M/d; setfacl -k M; umask 027; touch M/g")
    dump("M")


def enforcement():
    shell("echo secret > e; chmod 600 e; setfacl -m u:1000:r e; mkdir enter; chmod 700 enter; setfacl -m u:1000:x enter; echo in > enter/in")
    shell("cat e; echo x >> e; cat enter/in; ls enter", 1000)
    shell("cat e; cat enter/in", 1001)
    shell("setfacl -m g:1000:r,m::r e; setfacl -x u:1000 e")
    shell("cat e", 1000)
    shell("setfacl -m m::- e")
    shell("cat e", 1000)
    shell("printf '#!/bin/sh\necho hi\n' > run; chmod 0 run; setfacl -m u:1000:rx run; stat -c %a run")
    shell("./run", 1000)
    shell("./run", 1001)
    shell("setfacl -b e", 1000)


def wrong_acls():
    for value in [acl(), acl((USER_OBJ, 7, ANY)), acl((USER_OBJ, 6, ANY), (USER, 7, 9), (GROUP_OBJ, 0, ANY), (OTHER, 0, ANY)),
                  acl((USER_OBJ, 6, ANY), (GROUP_OBJ, 4, ANY), (OTHER, 0, ANY)), b"\1\0\0\0",
                  acl((USER_OBJ, 6, ANY), (GROUP_OBJ, 0, ANY), (MASK, 7, ANY), (OTHER, 4, ANY)),
                  acl((GROUP_OBJ, 0, ANY), (USER_OBJ, 6, ANY), (OTHER, 0, ANY)),
                  acl((USER_OBJ, 8, ANY), (GROUP_OBJ, 0, ANY), (OTHER, 0, ANY)),
                  acl(*[(USER_OBJ, 6, ANY)] + [(USER, 4, uid) for uid in range(300)]
                      + [(GROUP_OBJ, 4, ANY), (MASK, 7, ANY), (OTHER, 0, ANY)])]:
        make("z")
        os.mkdir("zd")
        print(attempt(os.setxattr, "z", ACCESS, value), oct(os.stat("z").st_mode), attempt(os.getxattr, "z", ACCESS),
              attempt(os.setxattr, "zd", DEFAULT, value), attempt(os.getxattr, "zd", DEFAULT),
              attempt(os.setxattr, "z", DEFAULT, value), attempt(os.removexattr, "z", ACCESS),
              attempt(os.removexattr, "zd", DEFAULT), attempt(os.removexattr, "z", ACCESS), oct(os.stat("z").st_mode))
        os.unlink("z")
        os.rmdir("zd")


def programs():
    shell("setfattr -n user.k -v vv e; setfattr -n user.d -v v2 D; setfattr -n trusted.k -v t D/s; cp -a D D2; cp -a e e2")
    dump("D2")
    shell("tar --acls --xattrs --xattrs-include='*' -cf T.tar e D enter; mkdir X; "
          "tar -C X --acls --xattrs --xattrs-include='*' -xpf T.tar; tar -C X --acls --xattrs -df T.tar")
    dump("X")
    shell("getfacl -R D enter e > acls; setfacl -Rb D enter e; getfacl -Rcn e enter; setfacl --restore=acls; "
          "getfacl -R D enter e | diff - acls && echo as before")
    shell("mkdir R; rsync -aAX D enter e R/; rsync -aAXi D enter e R/")
    dump("R")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--without", default="")
    parser.add_argument("--look", action="store_true")
    options = parser.parse_args()
    os.chdir(options.directory)
    os.umask(0o022)
    without = options.without.split(",")
    if not options.look:
        names(without)
        values()
        others(without)
        lives()
        if "tmpfile" not in without:
            nameless(".", "t")
        capabilities(without)
        access_acls()
        default_acls(without)
        enforcement()
        wrong_acls()
        programs()
    dump(".")


main()
