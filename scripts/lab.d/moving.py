#!/usr/bin/python3
"""Files that tell by their content which they are, so that a record on the wrong one is seen.

moving.py make MOUNT COUNT FIRST-UID     makes the tree and gives each file an owner, a group and a mode of its own
moving.py shuffle SHARE SEED             swaps names, replaces files, removes some, makes new ones: behind the mount's back
moving.py touch SHARE                    looks at all files in another order, so that they are numbered in another one
moving.py check MOUNT SHARE FIRST-UID [--all|--stayed] [--names]   each file shows its own record or what the share shows;
                                         prints how many kept theirs. --all: every file must have; --stayed: those that
                                         have their first name; --names: a file may show the record of its name
moving.py numbers MOUNT                  prints the inode number of each file, by its content
moving.py rename MOUNT                   renames all files, again and again, until the mount is gone
"""
import os
import random
import stat
import subprocess
import sys
import time

TREE = "moving"
DIRECTORIES = 10


def path_of(root, number):
    return f"{root}/{TREE}/d{number % DIRECTORIES}/f{number}"


def record_of(number, first):
    """No two alike, and every mode lets its owner read."""
    return first + number, first + 100_000 + number, 0o400 | (number * 7 % 0o400)


def make(root, count, first):
    os.mkdir(f"{root}/{TREE}")
    for number in range(DIRECTORIES):
        os.mkdir(f"{root}/{TREE}/d{number}")
    for number in range(int(count)):
        path = path_of(root, number)
        write(path, f"file {number}")
        uid, gid, mode = record_of(number, int(first))
        os.chown(path, uid, gid)
        os.chmod(path, mode)


def write(path, text):
    with open(path, "x", encoding="ascii") as file:
        file.write(text)


def paths_below(root):
    return sorted(os.path.join(directory, name)
                  for directory, _, names in os.walk(f"{root}/{TREE}") for name in names)


def pairs_told_apart(paths):
    """Pairs to swap, of different creation times where the share has them. vfat counts these in steps of 10 ms, and two
    files of one step that change names have changed nothing that a file system above could see, but their content."""
    births = dict(zip(paths, births_of(paths)))
    paths = sorted(paths, key=lambda path: (births[path], path))
    half = len(paths) // 2
    for one, other in zip(paths[:half], paths[half:2 * half]):
        if births[one] != births[other] or births[one] == "-":
            yield one, other


def births_of(paths):
    """Whole and part of seconds, or "-": statx(2) is not in this Python."""
    if not paths:
        return []
    command = ["stat", "--cached=never", "-c", "%.9W", "--", *paths]
    words = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return ["-" if float(word) == 0 else word for word in words]


def shuffle(root, seed):
    """A fifth each: swapped in pairs, replaced, removed and made anew by other names; the last two are left alone."""
    pick = random.Random(int(seed))
    paths = paths_below(root)
    pick.shuffle(paths)
    fifth = len(paths) // 5
    swapped, replaced, removed = paths[:fifth], paths[fifth:2 * fifth], paths[2 * fifth:3 * fifth]
    for one, other in pairs_told_apart(swapped):
        os.rename(one, one + ".aside")
        os.rename(other, one)
        os.rename(one + ".aside", other)
    for path in removed:
        os.unlink(path)
    for number, path in enumerate(pick.sample(replaced, len(replaced))):
        if number % 2:
            os.unlink(path)
            write(path, "new")
        else:
            write(path + ".new", "new")
            os.rename(path + ".new", path)
    for number, path in enumerate(reversed(removed)):
        write(path + "-again" if number % 2 else path, "new")


def touch(root):
    paths = paths_below(root)
    random.Random(5).shuffle(paths)
    for path in paths:
        os.stat(path)


def shown(path):
    status = os.lstat(path)
    return status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)


def content_of(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def numbers(mount):
    for content, number in sorted((content_of(path), os.stat(path).st_ino) for path in paths_below(mount)):
        print(content, number)


def rename(mount):
    paths = paths_below(mount)
    deadline = time.monotonic() + 60
    try:
        while time.monotonic() < deadline:
            for path in paths:
                os.rename(path, path + ".moved")
            for path in paths:
                os.rename(path + ".moved", path)
    except OSError as error:
        print(error)


def is_of_name(on_mount, named, on_share):
    """Its owner and mode. Where the share keeps both, all that is recorded is that the owner may not write; that holds for
    a file of the same mode otherwise."""
    mode = on_mount[2]
    if on_mount[:2] == named[:2]:
        return mode in (named[2], on_share[2])
    return on_mount[:2] == on_share[:2] and mode == named[2] and mode | 0o200 == on_share[2]


def check(mount, share, first, *words):
    paths = paths_below(mount)
    random.Random(9).shuffle(paths)
    records = kept = wrong = 0
    for path in paths:
        kind, _, number = content_of(path).partition(" ")
        name = os.path.basename(path).removesuffix(".moved")
        named = record_of(int(name[1:]), int(first)) if "--names" in words and name[1:].isdecimal() else None
        on_mount = shown(path)
        on_share = shown(share + path[len(mount):])
        own = record_of(int(number), int(first)) if kind == "file" else None
        records += own is not None
        needed = own and ("--all" in words or "--stayed" in words and name == f"f{number}")
        if on_mount == own:
            kept += 1
        elif named and not needed and is_of_name(on_mount, named, on_share):
            continue
        elif needed or on_mount != on_share:
            wrong += 1
            if wrong <= 5:
                print(f"{path}: shows {on_mount}, its record is {own}, the share shows {on_share}")
    print(f"{len(paths)} files, {records} of them with a record once, {kept} kept it, {wrong} show what is not theirs")
    if wrong or not records:
        sys.exit(1)


def main():
    actions = {"make": make, "shuffle": shuffle, "touch": touch, "check": check, "numbers": numbers, "rename": rename}
    if len(sys.argv) < 3 or sys.argv[1] not in actions:
        sys.exit(__doc__)
    actions[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
