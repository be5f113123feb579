"""What grows: a database with many records, a kernel that knows many files. MetaFs alone, values instead of ratios."""

import os
import re
import sqlite3
import statistics
import subprocess
import time

from contenders import MetaFs
from phases import drop_caches, now, untar
from slow import slow

FIRST_INO = 1 << 40  # No file of the share has these numbers.


def status(pid, word):
    """A number out of /proc/PID/status, in its own unit."""
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return int(re.search(rf'^{word}:\s+(\d+)', file.read(), re.MULTILINE).group(1))


def mebibytes(pid):
    return status(pid, 'VmRSS') / 1024


def descriptors(pid):
    return len(os.listdir(f'/proc/{pid}/fd'))


class Daemon(MetaFs):
    """MetaFs that is mounted again and again."""

    def timed_mount(self):
        begin = now()
        self.mount()
        return now() - begin


def fill(daemon, count):
    """Makes the database hold so many records, all like the one that a chown left."""
    daemon.mount()
    path = os.path.join(daemon.path, 'one')
    with open(path, 'wb'):
        pass
    os.chown(path, 4711, 4711)
    os.unlink(path)
    with open(path, 'wb'):
        pass
    os.chown(path, 4711, 4711)
    daemon.unmount()
    with sqlite3.connect(daemon.database) as database:
        columns = [row[1] for row in database.execute('PRAGMA table_info(record)')]
        others = [name for name in columns if name != 'ino']
        database.execute(
            f'INSERT INTO record (ino, {", ".join(others)}) '
            f'WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count - 1}) '
            f'SELECT {FIRST_INO} + n.i, {", ".join(others)} FROM n, (SELECT * FROM record LIMIT 1)')
    database.close()


def records(bench, options, work, share, say):
    """Mounting and untarring with few and with many records, alternating."""
    sizes = [10, 100_000, options.records]
    daemons = {}
    for size in sizes:
        daemon = daemons[size] = Daemon(f'metafs-{size}', work, share, options.programs['metafs'], 'chown=record')
        daemon.wrapper = list(bench.priority)
        daemon.prepare()
        say(f'making a database of {size} records')
        fill(daemon, size)
    values = {size: {'mount': [], 'untar': [], 'walk': []} for size in sizes}
    for number in range(options.rounds):
        for size in sizes if number % 2 else reversed(sizes):
            say(f'round {number + 1}: {size} records')
            daemon = daemons[size]
            values[size]['mount'].append(daemon.timed_mount())
            tree = os.path.join(daemon.path, 'tree')
            bench.quietly(['rm', '-rf', tree])
            os.mkdir(tree)
            values[size]['untar'].append(bench.timed(daemon, 'untar', untar(bench, tree)))
            drop_caches()
            values[size]['walk'].append(bench.timed(daemon, 'walk', ['find', tree, '-size', '+1G']))
            daemon.unmount()
    few = values[sizes[0]]
    lines = []
    for size in sizes:
        middle = {name: statistics.median(times) for name, times in values[size].items()}
        ratios = {name: statistics.median(a / b for a, b in zip(values[size][name], few[name])) for name in middle}
        lines.append(f"- {size} records ({os.path.getsize(daemons[size].database) >> 20} MiB): "
                     + ', '.join(f'{name} {middle[name] * 1000:.0f} ms ({ratios[name]:.2f})' for name in middle))
        daemons[size].clean()
    return lines


def make_files(directory, count):
    for i in range(count):
        if i % 1000 == 0:
            parent = os.path.join(directory, f'd{i // 1000:04}')
            os.mkdir(parent)
            descriptor = os.open(parent, os.O_RDONLY)
        os.close(os.open(f'f{i % 1000:03}', os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=descriptor))
        if i % 1000 == 999 or i == count - 1:
            os.close(descriptor)


def nodes(bench, options, work, share, say):
    """A walk over many files with 1,024 descriptors, and what is given back when the kernel forgets them."""
    daemon = Daemon('metafs-nodes', work, share, options.programs['metafs'])
    daemon.wrapper = ['prlimit', '--nofile=1024:1024', *bench.priority]
    daemon.prepare()
    say(f'making {options.nodes} files')
    make_files(daemon.share, options.nodes)
    daemon.mount()
    begin = mebibytes(daemon.pid)
    say('walking')
    started = now()
    subprocess.run(['find', daemon.path, '-size', '+1G'], check=True, capture_output=True)
    walked = now() - started
    held, fds = mebibytes(daemon.pid), descriptors(daemon.pid)
    say('making the kernel forget')
    drop_caches()
    settled, deadline = 0, time.monotonic() + 60
    while settled < 5 and time.monotonic() < deadline:
        cpu = daemon.cpu_seconds()
        time.sleep(1)
        settled = settled + 1 if daemon.cpu_seconds() - cpu < 0.05 else 0
    after = mebibytes(daemon.pid)
    peak = status(daemon.pid, 'VmHWM') / 1024
    lines = [f'- {options.nodes} files walked in {walked:.1f} s: {begin:.0f} MiB resident before, {held:.0f} after '
             f'({(held - begin) * 1048576 / options.nodes:.0f} bytes per file), at most {peak:.0f}, '
             f'{fds} descriptors; {after:.0f} MiB when the kernel had forgotten them']
    daemon.clean()
    return lines


GROUPS = {'records': records, 'nodes': nodes, 'slow': slow}
