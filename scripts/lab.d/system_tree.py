#!/usr/bin/python3
"""Everything that a faithful copy of a system's tree has in common with it.

system_tree.py list DIR       a line per name: type, mode, owner, size, mtime, device, links, target, content, attributes
system_tree.py list-names DIR the same without links: each name is a file of its own
system_tree.py unstorable DIR patterns for rsync of the names that FAT cannot store
"""
import hashlib
import os
import stat
import sys

NOT_IN_FAT = b'\\/:*?"<>|'


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


def unstorable(root):
    for path, name in names(root):
        last = os.path.basename(name)
        if name == b".":
            continue
        odd = last.endswith((b" ", b".")) or any(byte in NOT_IN_FAT for byte in last)
        try:
            last.decode()
        except UnicodeDecodeError:
            odd = True
        if odd:
            pattern = b"".join(b"\\" + bytes([b]) if b in b"\\*?[" else bytes([b]) for b in name)
            sys.stdout.buffer.write(b"/" + pattern + b"\n")


def main():
    root = os.fsencode(sys.argv[2])
    match sys.argv[1]:
        case "list":
            show(root)
        case "list-names":
            show(root, with_links=False)
        case "unstorable":
            unstorable(root)


main()
