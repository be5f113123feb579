#!/usr/bin/python3
"""Everything that a faithful copy of a system's tree has in common with it.

system_tree.py list DIR       a line per name: type, mode, owner, size, mtime, device, links, target, content, attributes
system_tree.py list-names DIR the same without links: each name is a file of its own
system_tree.py unstorable DIR SHARE
                              patterns for rsync of the names that the share cannot hold, found by trying
"""
import hashlib
import os
import stat
import sys

PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_+"


def names(root):
    yield root, b"."
    for above, directories, files in os.walk(root):
        directories.sort()
        for name in sorted(directories + files):
            path = os.path.join(above, name)
            yield path, os.path.relpath(path, root)


def content(path, status):
    if stat.S_ISLNK(status.st_mode):
        return repr(os.readlink(path))
    if not stat.S_ISREG(status.st_mode):
        return "-"
    with open(path, "rb") as file:
        return hashlib.sha1(file.read()).hexdigest()


def attributes(path):
    found = os.listxattr(path, follow_symlinks=False)
    return " ".join(f"{name}={os.getxattr(path, name, follow_symlinks=False).hex()}" for name in sorted(found))


def show(root, with_links=True):
    first = {}
    for path, name in names(root):
        status = os.lstat(path)
        kind = stat.S_IFMT(status.st_mode)
        links = size = "-"
        if kind != stat.S_IFDIR:
            size = status.st_size
            # The name that a file was first seen under stands for its inode.
            if with_links:
                links = first.setdefault((status.st_dev, status.st_ino), name)
        print(name, f"{status.st_mode:o} {status.st_uid}:{status.st_gid} {size} {status.st_mtime_ns}",
              f"{status.st_rdev:x}", links, content(path, status), attributes(path))


# Files, not directories: a CIFS client that finds one directory by two names gives up the server's inode numbers for good
# (fs/smb/client/inode.c, cifs_iget: CIFS_FATTR_INO_COLLISION).
def holds(share, name):
    """Whether a file can have the name there, and is listed by it."""
    path = os.path.join(share, name)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        listed = name in os.listdir(share)
        os.unlink(path)
        return listed
    except OSError:
        return False


def ignores_case(share):
    upper, lower = os.path.join(share, b"Case"), os.path.join(share, b"cASE")
    os.close(os.open(upper, os.O_CREAT | os.O_EXCL))
    found = os.path.exists(lower)
    os.unlink(upper)
    return found


def pattern(name):
    """rsync(1): a backslash is one itself where no other character is special."""
    if not set(name) & set(b"*?["):
        return name
    return b"".join(b"\\" + bytes([byte]) if byte in b"\\*?[" else bytes([byte]) for byte in name)


def unstorable(root, share):
    folds = ignores_case(share)
    taken = set()
    for path, name in names(root):
        last = os.path.basename(name)
        form = name.lower() if folds else name
        is_plain = not last.strip(PLAIN) and not last.endswith(b".")
        if form in taken or not (is_plain or name == b"." or holds(share, last)):
            sys.stdout.buffer.write(b"/" + pattern(name) + b"\n")
        taken.add(form)


def main():
    root = os.fsencode(sys.argv[2])
    match sys.argv[1]:
        case "list":
            show(root)
        case "list-names":
            show(root, with_links=False)
        case "unstorable":
            unstorable(root, os.fsencode(sys.argv[3]))


main()
