#!/usr/bin/python3
"""What is set through a mount over a real share, and what then happens to it. Used by attributes.sh.

attributes.py checks MNT SHARE SERVER    the checks, one line each. SERVER: the same files where the server keeps them, so
                                         what is done there is done by another host; or SHARE
attributes.py late MNT SHARE SERVER      those of a time that was set before the last close; for a user's own mount, too
attributes.py load MNT JOURNAL           changes files until an error ends it, and notes what was acknowledged
attributes.py loaded MNT JOURNAL         holds the files against that
"""
import errno
import mmap
import os
import shutil
import signal
import subprocess
import sys
import time

SECOND = 10**9
OLD = 981173106 * SECOND + 123456789
FIRST_OF_NOW = 1_600_000_000 * SECOND
PATIENCE = 15  # seconds; clients ask their servers again after 1 (CIFS) or 3 (NFS)
CLOSING = 3  # seconds after which a CIFS client has closed what a program has closed


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def expect(what, shown, wanted):
    if shown != wanted:
        raise Failed(f"{what}: {shown}, wanted {wanted}")


def make(path, data=b"x" * 5000):
    with open(path, "xb") as file:
        file.write(data)


def owner(path):
    status = os.lstat(path)
    return f"{status.st_uid}:{status.st_gid}"


def mode(path):
    return oct(os.lstat(path).st_mode & 0o7777)


def times(path):
    status = os.lstat(path)
    return status.st_atime_ns, status.st_mtime_ns


class Checks:
    def __init__(self, mnt, share, server):
        self.mnt, self.share, self.server = mnt, share, server
        self.failed = False

    def run(self, names):
        for name in names:
            started = time.monotonic()
            words = name.replace("_", " ")
            directory = os.path.join(self.mnt, name)
            try:
                os.mkdir(directory)
                getattr(self, name)(directory)
                shutil.rmtree(directory)
                print(f"ok {words} ({time.monotonic() - started:.0f} s)", flush=True)
            except Skipped as reason:
                print(f"skip {words}: {reason}", flush=True)
            except (Failed, OSError) as problem:
                self.failed = True
                print(f"not ok {words}\n#   {problem}", flush=True)

    def on_server(self, path):
        return os.path.join(self.server, os.path.relpath(path, self.mnt))

    def on_share(self, path):
        return os.path.join(self.share, os.path.relpath(path, self.mnt))

    # --- owner and mode ---

    def the_same_owner_and_mode_set_again_are_the_same(self, d):
        f = d + "/f"
        make(f)
        for _ in range(3):
            os.chown(f, 42, 43)
            os.chown(f, -1, -1)
            os.chmod(f, 0o751)
            os.chmod(f, 0o751)
            expect("owner", (owner(f), mode(f)), ("42:43", "0o751"))

    def half_a_chown_keeps_the_other_half(self, d):
        f = d + "/f"
        make(f)
        for uid, gid, wanted in ((42, 43, "42:43"), (44, -1, "44:43"), (-1, 45, "44:45")):
            os.chown(f, uid, gid)
            expect(f"chown {uid} {gid}", owner(f), wanted)

    def success_means_that_it_shows(self, d):
        make(d + "/file")
        os.mkdir(d + "/directory")
        for path in (d + "/file", d + "/directory"):
            os.chown(path, 12, 34)
            os.chmod(path, 0o4701)
            os.utime(path, ns=(OLD + 1, OLD + 2))
            expect(path, (owner(path), mode(path), times(path)), ("12:34", "0o4701", (OLD + 1, OLD + 2)))
        fd = os.open(d + "/file", os.O_RDWR)
        os.fchown(fd, 56, 78)
        os.fchmod(fd, 0o2640)
        os.utime(fd, ns=(OLD + 3, OLD + 4))
        status = os.fstat(fd)
        expect("by descriptor", (status.st_uid, status.st_gid, oct(status.st_mode & 0o7777), status.st_mtime_ns),
               (56, 78, "0o2640", OLD + 4))
        os.close(fd)
        expect("by name", (owner(d + "/file"), mode(d + "/file"), times(d + "/file")),
               ("56:78", "0o2640", (OLD + 3, OLD + 4)))

    def a_file_without_write_permission_is_removed(self, d):
        for bits in (0o444, 0o000):
            make(d + "/f")
            os.chmod(d + "/f", bits)
            os.unlink(d + "/f")
        expect("left", os.listdir(d), [])

    def nobody_sees_a_new_file_with_the_shares_owner(self, d):
        os.chmod(d, 0o777)
        reading, writing = os.pipe()
        looker = os.fork()
        if looker == 0:
            os.close(reading)
            look_at_owners(d, writing)
        os.close(writing)
        if os.read(reading, 1) != b"r":
            raise Failed("the process that looks did not come up")
        made_by(1000, d)
        os.kill(looker, signal.SIGTERM)
        seen = os.read(reading, 4096).decode().split()
        os.waitpid(looker, 0)
        wrong = [entry for entry in seen if entry != "1000:1000"]
        expect("seen", wrong, [])

    # --- times ---

    def times_come_back_to_the_nanosecond(self, d):
        wanted = (1, 0, -1, 999_999_999, 1_234_567_891 * SECOND + 1, 7_258_118_400 * SECOND + 99)
        for index, value in enumerate(wanted):
            make(f"{d}/f{index}")
            os.utime(f"{d}/f{index}", ns=(value, wanted[-1 - index]))
        for index, value in enumerate(wanted):
            expect(f"f{index}", times(f"{d}/f{index}"), (value, wanted[-1 - index]))

    def one_time_set_alone_leaves_the_other(self, d):
        f = d + "/f"
        make(f)
        os.utime(f, ns=(OLD, OLD))
        for option, wanted in (("-a", (FIRST_OF_NOW, OLD)), ("-m", (FIRST_OF_NOW, FIRST_OF_NOW + SECOND))):
            subprocess.run(["touch", option, "-d", f"@{wanted[option == '-m'] // SECOND}", f], check=True)
            expect(f"touch {option}", times(f), wanted)

        # Nothing was set of this one, so nothing is recorded yet.
        make(d + "/new")
        mtime = times(d + "/new")[1]
        subprocess.run(["touch", "-a", "-d", f"@{FIRST_OF_NOW // SECOND}", d + "/new"], check=True)
        atime, shown = times(d + "/new")
        if atime != FIRST_OF_NOW or abs(shown - mtime) > CLOSING * SECOND: # CIFS may stamp it until then
            raise Failed(f"touch -a of a new file: {atime} {shown}, wanted {FIRST_OF_NOW} {mtime}")

    def every_change_of_data_moves_mtime(self, d):
        changed = []
        for change in (write, by_an_older_descriptor, by_mapping, truncate, open_to_truncate, allocate, copy_range):
            f = f"{d}/{change.__name__}"
            make(f)
            os.utime(f, ns=(OLD, OLD))
            expect(change.__name__, times(f), (OLD, OLD))
            if change(f):
                self.wait_for_the_shares_time(f)
                changed.append(f)
        time.sleep(CLOSING)
        for f in changed:
            if times(f)[1] < FIRST_OF_NOW:
                raise Failed(f"{f}: mtime went back to {times(f)[1]}, the share's is {times(self.on_share(f))[1]}")

    def another_hosts_change_moves_mtime(self, d):
        f = d + "/f"
        make(f)
        os.utime(f, ns=(OLD, OLD))
        time.sleep(CLOSING)  # Samba puts a time that was set back when the file is closed
        with open(self.on_server(f), "ab") as file:
            file.write(b"of another host")
        self.wait_for_the_shares_time(f)

    def wait_for_the_shares_time(self, f):
        shown = bare = 0
        for turn in range(5 * PATIENCE):
            shown, bare = times(f)[1], times(self.on_share(f))[1]
            if shown > FIRST_OF_NOW and shown == bare:
                return
            # NFS asks its server at open. Not at once: CIFS keeps a file open for a second, and believes itself as long.
            if turn % 25 == 24:
                os.close(os.open(f, os.O_RDONLY))
            time.sleep(0.2)
        raise Failed(f"{f}: mtime is {shown}, the share's {bare}")

    def a_time_set_before_the_close_stands(self, d):
        """As tar, cp -p and shutil.copy2 do it; servers stamp late."""
        names = [f"{d}/{how}" for how in ("before", "after", "by reader")]
        for name in names:
            make(name, b"")
        for name in names:
            with open(name, "r+b", buffering=0) as file:
                file.write(b"data")
                if name.endswith("before"):
                    os.utime(file.fileno(), ns=(OLD, OLD))
            if not name.endswith("before"):
                os.utime(name, ns=(OLD, OLD))
        with open(names[2], "rb") as file:
            file.read()
        time.sleep(3.5)
        for name in names[:2]:
            expect(name, times(name), (OLD, OLD))
        expect(names[2], times(names[2])[1], OLD)
        with open(self.on_server(names[0]), "ab") as file:
            file.write(b"of another host")
        self.wait_for_the_shares_time(names[0])


# --- changes of data; True: done ---


def write(f):
    with open(f, "r+b") as file:
        file.write(b"y")
    return True


def by_an_older_descriptor(f):
    fd = os.open(f, os.O_RDWR)
    os.utime(f, ns=(OLD, OLD))
    os.pwrite(fd, b"y", 100)
    os.close(fd)
    return True


def by_mapping(f):
    with open(f, "r+b") as file:
        with mmap.mmap(file.fileno(), 4096) as mapping:
            mapping[0] = 64
            mapping.flush()
    return True


def truncate(f):
    os.truncate(f, 10)
    return True


def open_to_truncate(f):
    os.close(os.open(f, os.O_WRONLY | os.O_TRUNC))
    return True


def allocate(f):
    return where_possible(lambda fd: os.posix_fallocate(fd, 0, 100_000), f)


def copy_range(f):
    make(f + ".source", b"z" * 1000)
    with open(f + ".source", "rb") as source:
        return where_possible(lambda fd: os.copy_file_range(source.fileno(), fd, 1000), f)


def where_possible(call, f):
    fd = os.open(f, os.O_RDWR)
    try:
        call(fd)
        return True
    except OSError as problem:
        if problem.errno in (errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EINVAL):
            return False
        raise
    finally:
        os.close(fd)


# --- new files ---


def look_at_owners(directory, fd):
    seen, over = set(), []
    signal.signal(signal.SIGTERM, lambda *_: over.append(True))
    os.write(fd, b"r")
    while not over:
        for number in range(30):
            try:
                seen.add(owner(f"{directory}/f{number}"))
            except FileNotFoundError:
                pass
    os.write(fd, " ".join(sorted(seen)).encode())
    os._exit(0)


def made_by(uid, directory):
    maker = os.fork()
    if maker == 0:
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            for number in range(15):
                make(f"{directory}/f{number}")
                os.mkdir(f"{directory}/f{number + 15}")
            os._exit(0)
        except OSError as problem:
            print(f"#   {problem}", flush=True)
            os._exit(1)
    if os.waitpid(maker, 0)[1] != 0:
        raise Failed("uid 1000 could not make files")


# --- a load that is killed ---


def load(mnt, journal):
    """A line says what is true from then on: it is written when the call has answered. Before it, what may be true."""
    with open(journal, "a", buffering=1, encoding="ascii") as log:
        try:
            for number in range(100_000):
                one_round(mnt, f"{os.getpid()}.{number}", number, log)
        except OSError:
            return


def one_round(mnt, name, number, log):
    path = f"{mnt}/{name}"
    uid = 1000 + number
    make(path, name.encode())
    log.write(f"made {name}\n")
    os.chown(path, uid, uid + 1)
    log.write(f"owner {name} {uid}\n")
    os.chmod(path, 0o4711)
    os.utime(path, ns=(OLD, OLD + number))
    log.write(f"all {name} {uid} {OLD + number}\n")
    if number % 3 == 1:
        log.write(f"going {name}\n")
        os.rename(path, path + ".new")
        log.write(f"moved {name}\n")
    elif number % 3 == 2:
        log.write(f"going {name}\n")
        os.unlink(path)
        log.write(f"gone {name}\n")


def loaded(mnt, journal):
    told = {}
    with open(journal, encoding="ascii") as log:
        for line in log:
            word, name, *values = line.split()
            entry = told.setdefault(name, {})
            entry["where"] = word if word in ("going", "moved", "gone") else "there"
            if values:
                entry["uid"] = int(values[0])
            if word == "all":
                entry["mtime"] = int(values[1])
    wrong = [line for name, entry in told.items() for line in differences(mnt, name, entry)]
    for line in wrong[:10]:
        print(line)
    print(f"{len(told)} files")
    sys.exit(1 if wrong or not told else 0)


def differences(mnt, name, entry):
    here = [path for path in (f"{mnt}/{name}", f"{mnt}/{name}.new") if os.path.lexists(path)]
    allowed = {"there": ([f"{mnt}/{name}"],), "moved": ([f"{mnt}/{name}.new"],), "gone": ([],),
               "going": ([f"{mnt}/{name}"], [f"{mnt}/{name}.new"], [])}[entry["where"]]
    if here not in [list(paths) for paths in allowed]:
        yield f"{name}: {entry['where']}, found {here}"
    for path in here:
        with open(path, "rb") as file:
            content = file.read().decode()
        if content != name:
            yield f"{path} has the data of {content!r}"
        if "mtime" in entry:
            shown = (owner(path), mode(path), times(path)[1])
            wanted = (f"{entry['uid']}:{entry['uid'] + 1}", "0o4711", entry["mtime"])
        elif "uid" in entry:
            shown, wanted = owner(path), f"{entry['uid']}:{entry['uid'] + 1}"
        else:
            continue
        if shown != wanted:
            yield f"{path}: {shown}, wanted {wanted}"


CHECKS = (
    "the_same_owner_and_mode_set_again_are_the_same",
    "half_a_chown_keeps_the_other_half",
    "success_means_that_it_shows",
    "a_file_without_write_permission_is_removed",
    "nobody_sees_a_new_file_with_the_shares_owner",
    "times_come_back_to_the_nanosecond",
    "one_time_set_alone_leaves_the_other",
    "every_change_of_data_moves_mtime",
    "another_hosts_change_moves_mtime",
    "a_time_set_before_the_close_stands",
)


def main():
    command, *arguments = sys.argv[1:]
    os.umask(0o022)
    if command == "load":
        load(*arguments)
    elif command == "loaded":
        loaded(*arguments)
    else:
        checks = Checks(*arguments)
        checks.run(CHECKS if command == "checks" else CHECKS[-1:])
        sys.exit(1 if checks.failed else 0)


if __name__ == "__main__":
    main()
