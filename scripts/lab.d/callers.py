#!/usr/bin/python3
"""Files made by many processes of two users at the same moment.

callers.py DIRECTORY ROUND PROCESSES    as root; DIRECTORY has everybody/, group-5001/ and group-5002/

User 1000 is in group 5001, user 2000 in 5002, by supplementary groups alone. Each process makes files for its user in
everybody/ and in the directory of its group, and must be refused in that of the other group.
"""
import os
import sys

USERS = ((1000, 5001), (2000, 5002))
FILES_EACH = 4


def become(user, group):
    os.setgroups([group, 33])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def make(directory, name):
    os.close(os.open(f"{directory}/{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640))
    os.mkdir(f"{directory}/{name}.d", 0o750)


def work(root, turn, index):
    user, group = USERS[index % 2]
    other = USERS[(index + 1) % 2][1]
    for number in range(FILES_EACH):
        name = f"{turn}-{index}-{number}-of-{user}"
        for directory in ("everybody", f"group-{group}"):
            make(f"{root}/{directory}", name)
        try:
            make(f"{root}/group-{other}", name)
        except PermissionError:
            continue
        raise SystemExit(f"user {user} made a file in group-{other}")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    root, turn, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    gate, opener = os.pipe()
    children = []
    for index in range(count):
        child = os.fork()
        if child == 0:
            os.close(opener)
            become(*USERS[index % 2])
            os.read(gate, 1) # until all are there, and the last writer's end is closed
            work(root, turn, index)
            os._exit(0)
        children.append(child)
    os.close(opener)
    failed = sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0 for child in children)
    if failed:
        sys.exit(f"{failed} of {count} processes failed")


if __name__ == "__main__":
    main()
