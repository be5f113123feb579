"""any-names.py DIR COUNT: COUNT records on a mount at DIR, of files whose names are any bytes.

The root and a hundred directories are among them. Each has an owner, a group, a mode and times of its own, and each
tenth an extended attribute.
"""
import os
import random
import sys

root, count = os.fsencode(sys.argv[1]), int(sys.argv[2])
chance = random.Random(20261121)
every_byte = bytes(c for c in range(1, 256) if c != ord("/"))


def name(number):
    """A name with this number in it and 12 bytes that are anything; at times all bytes that there are."""
    if number % 5000 == 7:
        return every_byte[:245] + b"%d" % number
    return bytes(chance.choice(every_byte) for _ in range(12)) + b"%d" % number


directories = [os.path.join(root, name(number)) for number in range(100)]
for directory in directories:
    os.mkdir(directory)
paths = [root] + directories
for number in range(100, count - 1):
    paths.append(os.path.join(chance.choice(directories), name(number)))
    os.close(os.open(paths[-1], os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))

# The deepest first: a directory's mtime is set after the last name was made in it.
for number, path in enumerate(reversed(paths)):
    os.chown(path, chance.randrange(1, 4294967295), chance.randrange(1, 4294967295))
    os.chmod(path, chance.randrange(0o10000))
    if number % 10 == 0:
        os.setxattr(path, b"user.x\xff=%", bytes(chance.randrange(256) for _ in range(20)))
    os.utime(path, ns=(chance.randrange(-2**60, 2**62), chance.randrange(-2**60, 2**62)))
