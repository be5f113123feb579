"""A share that takes its time: tools/ShareSim with a delay in each call, MetaFs over it."""

import os
import statistics
import subprocess
import threading
import time

from contenders import MetaFs
from phases import now

DELAY = 0.020
CLIENTS = 64
STUCK = 8
KEPT = 1  # seconds: the timeouts of most FUSE file systems, and of MetaFs


class SlowShare:
    """A mounted ShareSim over a directory of its own; its faults are told by its control program."""

    def __init__(self, program, directory):
        self.program = program
        self.backing = os.path.join(directory, 'backing')
        self.path = os.path.join(directory, 'slow')
        for place in (self.backing, self.path):
            os.makedirs(place)
        for i in range(CLIENTS + STUCK):
            with open(os.path.join(self.backing, f'f{i}'), 'wb') as file:
                file.write(b'x')

    def mount(self):
        subprocess.run([self.program, self.backing, self.path], check=True, capture_output=True)

    def tell(self, *words):
        subprocess.run([self.program, 'ctl', self.path + '.ctl', *words], check=True, capture_output=True)

    def unmount(self):
        subprocess.run(['umount', '-l', self.path], check=False, capture_output=True)


def stat_all(paths):
    """Seconds until every path has been looked at, each by a thread of its own."""
    threads = [threading.Thread(target=os.stat, args=(path,)) for path in paths]
    begin = now()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return now() - begin


def one_by_one(path, count=25):
    times = []
    for _ in range(count):
        begin = now()
        os.stat(path)
        times.append(now() - begin)
    return statistics.median(times)


def after_a_while(path):
    """Seconds of a stat when all that was kept has grown old, and of the next ones."""
    time.sleep(KEPT + 0.3)
    return one_by_one(path, 1), one_by_one(path)


def without_caches(share, daemon, rounds, say):
    """Lines about a share that is asked for everything each time."""
    files = [os.path.join(daemon.path, f'f{i}') for i in range(CLIENTS + STUCK)]
    stat_all(files)  # what is learnt once
    share.tell('delay', 'lookup,getattr', f'{DELAY * 1000:.0f}ms')
    say('slow: one client, bare and mounted by turns')
    pairs = [(one_by_one(os.path.join(share.path, 'f0')), one_by_one(files[0])) for _ in range(rounds)]
    say(f'slow: {CLIENTS} clients')
    together = statistics.median(stat_all(files[:CLIENTS]) for _ in range(rounds))
    say(f'slow: {STUCK} files hang')
    for i in range(CLIENTS, CLIENTS + STUCK):
        share.tell('hang', 'getattr,lookup', 'on', f'/f{i}')
    stuck = [threading.Thread(target=os.stat, args=(path,), daemon=True) for path in files[CLIENTS:]]
    for thread in stuck:
        thread.start()
    beside = one_by_one(files[0])
    share.tell('resume')
    share.tell('clear')
    for thread in stuck:
        thread.join(30)
    mounted = statistics.median(mounted for _, mounted in pairs)
    return ['Nothing kept anywhere (attr_timeout=0,entry_timeout=0):', '', '- one stat: ' + compared(pairs),
            f'- {CLIENTS} stats at once: {together * 1000:.1f} ms ({together / mounted:.2f} times one)',
            f'- one stat while {STUCK} others hang: {beside * 1000:.1f} ms ({beside / mounted:.2f} times one)', '']


def with_caches(share, daemon, rounds, say):
    """Lines about a share whose client remembers for a second, as those of CIFS and NFS do, and MetaFs as it comes."""
    share.tell('delay', 'lookup,getattr', f'{DELAY * 1000:.0f}ms')
    share.tell('cache', f'{KEPT}s')
    say('slow: a share with a memory, bare and mounted by turns')
    pairs = [(after_a_while(os.path.join(share.path, 'f0')), after_a_while(os.path.join(daemon.path, 'f0')))
             for _ in range(rounds)]
    share.tell('clear')
    return [f'A FUSE share whose kernel keeps names and attributes for {KEPT} s; MetaFs as it comes:', '',
            '- one stat after a while: ' + compared([(bare[0], mounted[0]) for bare, mounted in pairs]),
            '- one at once again: ' + compared([(bare[1], mounted[1]) for bare, mounted in pairs])]


def compared(pairs):
    """What (bare, mounted) seconds say."""
    bare = statistics.median(bare for bare, _ in pairs)
    mounted = statistics.median(mounted for _, mounted in pairs)
    added = statistics.median(mounted / bare for bare, mounted in pairs) - 1
    unit, factor = ('ms', 1e3) if bare > 1e-3 else ('us', 1e6)
    return f'bare {bare * factor:.1f} {unit}, mounted {mounted * factor:.1f} {unit} ({added * 100:+.1f} %)'


def slow(_bench, options, work, _share, say):
    """64 clients at once, hung files beside others, and what MetaFs adds, with 20 ms in each call of the share."""
    share = SlowShare(options.sharesim, os.path.join(work, 'slow-share'))
    share.mount()
    daemon = MetaFs('metafs-slow', work, share.path, options.programs['metafs'])
    daemon.share = share.path
    os.makedirs(daemon.mount_point)
    lines = []
    try:
        for cached, measure in ((False, without_caches), (True, with_caches)):
            daemon.mount(cached)
            lines += measure(share, daemon, options.rounds, say)
            daemon.unmount()
    finally:
        daemon.unmount()
        share.unmount()
    return lines
