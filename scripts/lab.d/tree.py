#!/usr/bin/python3
"""A tree with varied attributes, and a listing of everything that a faithful copy has in common with it.

tree.py make DIR FILES [--no-symlinks] [--plain-symlinks] [--no-links] [--owners]
                                                    --plain-symlinks: none that lead up
                                                    --owners: varied owners, which only root can give
tree.py list DIR [--no-owners]                      prints one line per name
"""
import os
import random
import stat
import sys

FILE_MODES = (0o644, 0o600, 0o755, 0o4755, 0o2755, 0o6711, 0o444, 0o000, 0o640, 0o1644)
DIRECTORY_MODES = (0o755, 0o700, 0o2775, 0o1777, 0o555, 0o3771)
OWNERS = (0, 33, 1000, 12, 65534, 2000, 2000000000)
MOST_IN_ONE = 50


def make(root, count, target, links, owners):
    pick = random.Random(1)
    os.mkdir(root)
    directories = []
    # A small tree has all kinds of directories, too, each with all kinds of files.
    each = min(MOST_IN_ONE, max(count // len(DIRECTORY_MODES), 2 * len(FILE_MODES)))
    for start in range(0, count, each):
        number = start // each
        above = directories[number // 2] if number % 4 == 3 else root
        directory = os.path.join(above, f"d{number}")
        os.mkdir(directory)
        directories.append(directory)
        for index in range(min(each, count - start)):
            make_file(directory, index, pick, target, links, owners)
    for number in reversed(range(len(directories))):
        set_attributes(directories[number], DIRECTORY_MODES[number % len(DIRECTORY_MODES)], pick, owners)
    set_attributes(root, 0o755, pick, owners)


def make_file(directory, index, pick, target, links, owners):
    path = os.path.join(directory, f"file {index}")
    with open(path, "wb") as file:
        file.write(bytes([97 + index % 26]) * pick.randrange(3000))
    # An ordinary user cannot read back what has no mode.
    mode = FILE_MODES[index % len(FILE_MODES)]
    set_attributes(path, mode if owners or mode & 0o400 else mode | 0o400, pick, owners)
    if links and index % 10 == 7:
        os.link(path, os.path.join(directory, f"hard{index}"))
    if target and index % 12 == 5:
        link = os.path.join(directory, f"soft{index}")
        os.symlink(target, link)
        if owners:
            os.lchown(link, 42, 43)
        os.utime(link, ns=(some_time(pick), some_time(pick)), follow_symlinks=False)


def set_attributes(path, mode, pick, owners):
    if owners:
        os.chown(path, pick.choice(OWNERS), pick.choice(OWNERS))
    os.chmod(path, mode)
    os.utime(path, ns=(some_time(pick), some_time(pick)))


def some_time(pick):
    return pick.randrange(1, 1_700_000_000_000_000_000)


def describe(path, name, first_names, owners):
    status = os.lstat(path)
    words = [f"{stat.S_IFMT(status.st_mode) | stat.S_IMODE(status.st_mode):o}", str(status.st_mtime_ns)]
    if owners:
        words.append(f"{status.st_uid}:{status.st_gid}")
    if not stat.S_ISDIR(status.st_mode):
        # Not the link count: the kernel's CIFS client forgets it.
        words += [str(status.st_size), first_names.setdefault(status.st_ino, name)]
    if stat.S_ISLNK(status.st_mode):
        words.append(os.readlink(path))
    return f"{name}\t" + "\t".join(words)


def show(root, owners):
    first_names = {}
    print(describe(root, ".", first_names, owners))
    pending = [""]
    while pending:
        above = pending.pop()
        for name in sorted(os.listdir(os.path.join(root, above))):
            relative = os.path.join(above, name)
            path = os.path.join(root, relative)
            print(describe(path, relative, first_names, owners))
            if stat.S_ISDIR(os.lstat(path).st_mode):
                pending.append(relative)


def main(words):
    options = {word for word in words if word.startswith("--")}
    words = [word for word in words if not word.startswith("--")]
    if words[0] == "make":
        target = "nowhere" if "--plain-symlinks" in options else "../nowhere"
        make(words[1], int(words[2]), None if "--no-symlinks" in options else target, "--no-links" not in options,
             "--owners" in options)
    else:
        show(words[1], "--no-owners" not in options)


main(sys.argv[1:])
