#!/usr/bin/python3
"""What a directory keeps, found out by plain system calls: the second opinion about `metafs probe`.

measure.py DIR              tries everything in a directory of its own inside DIR; prints facts as JSON, in probe's words
measure.py plant DIR        makes files whose identity is looked at later; prints what they show
measure.py revisit DIR OLD  the same files again: which of the facts of plant's output (file OLD) still hold

Nothing here is taken from MetaFs. Where probe tries one or two values, this tries others, or many.
"""
import collections
import ctypes
import errno
import json
import math
import os
import random
import shutil
import stat
import struct
import sys
import time

SECOND = 1_000_000_000
FILES = 24
PLANTED = ".lab-planted"


def accepts():
    return {"verdict": "accepts"}


def absent():
    return {"verdict": "absent"}


def ignores():
    return {"verdict": "ignores"}


def held(holds):
    return accepts() if holds else ignores()


def refuses(error):
    # one number, two names; Python knows it by the one that Linux does not use
    name = errno.errorcode[error.errno]
    return {"verdict": "refuses", "errno": "EOPNOTSUPP" if name == "ENOTSUP" else name}


def tried(call, holds=lambda: True):
    """The answer of a call that fails, or whose effect can be looked at."""
    try:
        call()
    except OSError as e:
        return refuses(e)
    return held(holds())


def new_file(path, text="data"):
    fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    os.write(fd, text.encode("ascii"))
    os.close(fd)
    return path


# statx(2), which this Python does not have: what os.stat shows of a network file system may be what the client was told
# to set, and not what the server has.
LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD, AT_SYMLINK_NOFOLLOW, AT_STATX_FORCE_SYNC = -100, 0x100, 0x2000
BASIC_STATS, BTIME = 0x7ff, 0x800
LAYOUT = struct.Struct("=IIQIIIHHQQQQ" + "qIi" * 4 + "IIII")
Shown = collections.namedtuple("Shown", "mode uid gid nlink ino atime mtime btime device")


def look(path):
    """Attributes, from the server; times in ns; btime is None where there is none. Links are not followed."""
    buffer = ctypes.create_string_buffer(256)
    if LIBC.statx(AT_FDCWD, os.fsencode(path), AT_SYMLINK_NOFOLLOW | AT_STATX_FORCE_SYNC, BASIC_STATS | BTIME, buffer):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)
    (mask, _, _, nlink, uid, gid, mode, _, ino, _, _, _, asec, ansec, _, bsec, bnsec, _, _, _, _, msec, mnsec, _,
     major, minor, _, _) = LAYOUT.unpack_from(buffer)
    btime = bsec * SECOND + bnsec if mask & BTIME else 0
    return Shown(mode, uid, gid, nlink, ino, asec * SECOND + ansec, msec * SECOND + mnsec, btime or None,
                 os.makedev(major, minor))


# --- owner and mode -----------------------------------------------------------------------------------------------------

def chown_user(d):
    path = new_file(d + "/chown")
    return tried(lambda: os.chown(path, 4711, -1), lambda: look(path).uid == 4711)


def chown_group(d):
    path = new_file(d + "/chgrp")
    shown = look(path).gid
    # An ordinary user may give a file to the groups that he is in.
    group = 4712 if os.geteuid() == 0 else next((g for g in [os.getegid(), *os.getgroups()] if g != shown), None)
    if group is None:
        return None
    return tried(lambda: os.chown(path, -1, group), lambda: look(path).gid == group)


def permissions(path):
    return stat.S_IMODE(look(path).mode)


def chmod_all(path, modes, afterwards):
    answers = [tried(lambda m=mode: os.chmod(path, m), lambda m=mode: permissions(path) == m) for mode in modes]
    for _ in range(2): # CIFS takes a directory's read-only attribute back the second time
        try:
            os.chmod(path, afterwards)
        except OSError:
            pass # refused like the others
    for verdict in ("refuses", "ignores"):
        for answer in answers:
            if answer["verdict"] == verdict:
                return answer
    return accepts()


def chmod_file(d):
    return chmod_all(new_file(d + "/chmod"), [0o644, 0o755, 0o604, 0o444, 0o666, 0o751], 0o600)


def chmod_directory(d):
    path = d + "/chmod-dir"
    os.mkdir(path)
    return chmod_all(path, [0o755, 0o711, 0o555, 0o777], 0o700)


def mode_bit(d, name, mode, make_directory=False):
    path = d + "/" + name
    if make_directory:
        os.mkdir(path)
    else:
        new_file(path)
    return chmod_all(path, [mode], 0o700)


def mode_0(d):
    path = new_file(d + "/zero")
    try:
        os.chmod(path, 0)
    except OSError:
        return absent()
    shown = permissions(path)

    def opened():
        os.close(os.open(path, os.O_RDWR))
    answer = tried(opened)
    os.chmod(path, 0o600)
    return absent() if shown != 0 and answer == accepts() else answer


# --- times --------------------------------------------------------------------------------------------------------------

def set_and_show(path, field, times):
    """[(wanted, shown)]; raises what utimensat answers."""
    pairs = []
    for wanted in times:
        os.utime(path, ns=(wanted, wanted))
        pairs.append((wanted, getattr(look(path), field)))
    return pairs


def granularity(d, field):
    """The greatest unit that all differences of what was shown are multiples of."""
    path = new_file(d + "/times-" + field)
    before = getattr(look(path), field)
    pick = random.Random(7)
    times = [pick.randrange(1_200_000_000, 1_600_000_000) * SECOND + pick.randrange(SECOND) for _ in range(60)]
    try:
        pairs = set_and_show(path, field, times)
    except OSError as e:
        return refuses(e)
    if all(shown == before for _, shown in pairs):
        return ignores()
    if all(shown == wanted for wanted, shown in pairs):
        return accepts()
    unit = 0
    for _, shown in pairs:
        unit = math.gcd(unit, shown - pairs[0][1])
    if unit == 0 or any(abs(wanted - shown) >= unit for wanted, shown in pairs):
        return ignores()
    return {"verdict": "rounds", "rounds_to_ns": unit}


def reaches(d, name, second):
    path = new_file(d + "/" + name)
    try:
        pairs = set_and_show(path, "mtime", [second * SECOND, (second + 1) * SECOND, (second + 777_777) * SECOND])
    except OSError as e:
        return refuses(e)
    distance = max(abs(wanted - shown) for wanted, shown in pairs)
    if distance == 0:
        return accepts()
    return {"verdict": "rounds", "rounds_to_ns": 2 * SECOND} if distance < 2 * SECOND else ignores()


# --- kinds of files -----------------------------------------------------------------------------------------------------

def symlink(d):
    return tried(lambda: os.symlink("some/where else", d + "/symlink"),
                 lambda: os.readlink(d + "/symlink") == "some/where else")


def link(d):
    path = new_file(d + "/link")
    return tried(lambda: os.link(path, d + "/link2"), lambda: look(path).nlink == 2)


def link_inode(d):
    path = new_file(d + "/linked")
    try:
        os.link(path, d + "/linked2")
    except OSError:
        return absent()
    return held(look(path).ino == look(d + "/linked2").ino)


def special(d, name, kind, device=0):
    path = d + "/" + name
    return tried(lambda: os.mknod(path, kind | 0o600, device),
                 lambda: stat.S_IFMT(look(path).mode) == kind and look(path).device == device)


def fifo(d):
    return tried(lambda: os.mkfifo(d + "/fifo"), lambda: stat.S_ISFIFO(look(d + "/fifo").mode))


def char_device(d):
    return special(d, "null", stat.S_IFCHR, os.makedev(1, 3)) if os.geteuid() == 0 else None


def user_xattr(d):
    path = new_file(d + "/xattr")
    return tried(lambda: os.setxattr(path, "user.lab", b"some value"),
                 lambda: os.getxattr(path, "user.lab") == b"some value")


def o_tmpfile(d):
    return tried(lambda: os.close(os.open(d, os.O_TMPFILE | os.O_RDWR, 0o600)))


# --- identity -----------------------------------------------------------------------------------------------------------

def plant(d):
    """Files that show who they are by their content, so that nothing but a file's own number is compared."""
    os.mkdir(d)
    for i in range(FILES):
        new_file(f"{d}/{i}", f"file {i}")
    return shown(d)


def shown(d):
    files = {}
    for i in range(FILES):
        with open(f"{d}/{i}", encoding="ascii") as file:
            content = file.read()
            number = os.fstat(file.fileno()).st_ino
        if content != f"file {i}":
            raise SystemExit(f"{d}/{i} holds '{content}'")
        now = look(f"{d}/{i}")
        files[str(i)] = [now.ino, now.btime] if now.ino == number else [f"{now.ino} and {number}", now.btime]
    return files


def compare_identity(before, after, suffix):
    births = [b[1] for b in before.values()]
    moved = any(after[k][1] != b[1] for k, b in before.items())
    return {
        "inode_" + suffix: held(all(after[k][0] == b[0] for k, b in before.items())),
        "btime_" + suffix: absent() if None in births else held(not moved),
    }


def identity(d):
    facts = {}
    before = plant(d + "/identity")
    facts.update(compare_identity(before, shown(d + "/identity"), "reopen"))
    if os.geteuid() == 0:
        drop_caches()
        facts.update(compare_identity(before, shown(d + "/identity"), "drop_caches"))
    return facts


def drop_caches():
    time.sleep(2.5) # CIFS holds a closed file for a second, and with it its inode
    for _ in range(5):
        os.sync()
        with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as control:
            control.write("3\n")


def btime_after(d, name, change):
    path = new_file(d + "/" + name)
    before = look(path).btime
    if before is None:
        return absent()
    try:
        after = change(path)
    except OSError:
        return None
    return held(look(after).btime == before)


def set_back(path):
    os.utime(path, ns=(SECOND * 900_000_000,) * 2)
    return path


def rename(path):
    os.rename(path, path + "-renamed")
    return path + "-renamed"


def measure(d):
    facts = {
        "chown_user": chown_user(d),
        "chown_group": chown_group(d),
        "chmod_file": chmod_file(d),
        "chmod_directory": chmod_directory(d),
        "suid": mode_bit(d, "suid", 0o4755),
        "sgid": mode_bit(d, "sgid", 0o2755),
        "sgid_directory": mode_bit(d, "sgid-dir", 0o2775, make_directory=True),
        "sticky": mode_bit(d, "sticky", 0o1777, make_directory=True),
        "mode_0": mode_0(d),
        "utimens_mtime": granularity(d, "mtime"),
        "utimens_atime": granularity(d, "atime"),
        "utimens_before_1970": reaches(d, "old", -800_000_000),
        "utimens_after_2106": reaches(d, "new", 4_400_000_000),
        "symlink": symlink(d),
        "link": link(d),
        "link_inode": link_inode(d),
        "fifo": fifo(d),
        "socket": special(d, "socket", stat.S_IFSOCK),
        "char_device": char_device(d),
        "user_xattr": user_xattr(d),
        "o_tmpfile": o_tmpfile(d),
        "btime": accepts() if look(new_file(d + "/birth")).btime else absent(),
        "btime_utimens": btime_after(d, "birth-utimens", set_back),
        "btime_rename": btime_after(d, "birth-rename", rename),
    }
    facts.update(identity(d))
    return {name: fact for name, fact in facts.items() if fact is not None}


def main():
    if len(sys.argv) == 2:
        directory = sys.argv[1] + "/.lab-measure"
        os.mkdir(directory, 0o700)
        try:
            result = measure(directory)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        if os.path.exists(directory):
            left = [name for names in os.walk(directory) for name in names[1] + names[2]]
            raise SystemExit(f"{directory} cannot be removed; it holds {left}")
    elif len(sys.argv) == 3 and sys.argv[1] == "plant":
        result = plant(f"{sys.argv[2]}/{PLANTED}")
    elif len(sys.argv) == 4 and sys.argv[1] == "revisit":
        directory = f"{sys.argv[2]}/{PLANTED}"
        with open(sys.argv[3], encoding="ascii") as old:
            result = compare_identity(json.load(old), shown(directory), "remount")
        shutil.rmtree(directory)
    else:
        sys.exit(__doc__)
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
