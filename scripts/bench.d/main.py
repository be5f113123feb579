"""The run: contenders are mounted, phases go round, results are printed. Called by scripts/bench."""

import argparse
import json
import os
import platform
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import contenders as who
import report
import scale
from data import IO
from inputs import Inputs
from phases import GIT, TREE, Parallel, Rsync, StatStorm, now

PHASES = TREE + [Parallel(n) for n in (1, 2, 4, 8)] + GIT + [Rsync()] + [StatStorm(n) for n in (1, 2, 4)] + IO
URING = '/sys/module/fuse/parameters/enable_uring'
PEERS = ['bindfs', 'bindfs-mt', 'fuse-overlayfs', 'passthrough_ll', 'passthrough_hp', 'passthrough_ll-uring']


class Bench:
    """What phases need: timing, priority, notes, inputs."""

    def __init__(self, options, inputs, priority):
        self.options = options
        self.inputs = inputs
        self.priority = priority
        self.python = sys.executable
        self.failures = {}
        self.cpu = None  # what the daemon used in the phase timed last

    def quietly(self, command):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def note(self, contender, phase, message):
        self.failures.setdefault(contender.name, {})[phase] = message

    def timed(self, contender, phase, command):
        return self.timed_together(contender, phase, [command])

    def timed_together(self, contender, phase, commands):
        """Seconds from the start of the first to the end of the last."""
        with tempfile.TemporaryFile() as errors:
            cpu = contender.cpu_seconds()
            begin = now()
            running = [subprocess.Popen(self.priority + command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=errors) for command in commands]
            statuses = [process.wait() for process in running]
            seconds = now() - begin
            self.cpu = contender.cpu_seconds() - cpu
            if any(statuses):
                errors.seek(0)
                lines = errors.read().decode(errors='replace').splitlines() or ['no message on stderr']
                self.note(contender, phase, f'status {max(statuses)}, {len(lines)} messages: {lines[0][:120]}')
        return seconds


def say(message):
    print(f'bench: {message}', file=sys.stderr, flush=True)


def parse():
    parser = argparse.ArgumentParser(prog='bench', add_help=False)
    parser.add_argument('--peers', default=None)
    parser.add_argument('--libfuse', default=os.environ.get('METAFS_BENCH_LIBFUSE'))
    parser.add_argument('--share', default='tmpfs')
    parser.add_argument('--phases', default='tree')
    parser.add_argument('--files', type=int, default=10000)
    parser.add_argument('--big', type=int, default=100000)
    parser.add_argument('--records', type=int, default=10_000_000)
    parser.add_argument('--nodes', type=int, default=1_000_000)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--nice', type=int, default=-10)
    parser.add_argument('--metafs', action='append', default=[])
    parser.add_argument('--io-uring', action='store_true')
    parser.add_argument('--count', action='store_true')
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--list', action='store_true')
    options = parser.parse_args()
    here = os.path.dirname(os.path.abspath(__file__))
    options.programs = {'metafs': os.path.join(os.path.dirname(here), '..', '.build', 'metafs', 'current', 'metafs')}
    options.sharesim = os.path.join(os.path.dirname(here), '..', 'tools/ShareSim/bin/Release/net10.0/sharesim')
    for word in options.metafs:
        name, _, program = word.rpartition('=')
        options.programs[name or 'metafs'] = program
    known = {phase.name for phase in PHASES} | {phase.group for phase in PHASES} | set(scale.GROUPS)
    for word in options.phases.split(','):
        if word not in known:
            parser.error(f"no phase '{word}'; scripts/bench --list names them")
    for name, program in options.programs.items():
        if not options.list and not os.access(program, os.X_OK):
            parser.error(f'{name}: {program} is not a program')
    return options


def set_io_uring(value):
    """Switches FUSE over io_uring on or off for mounts from now on. Returns what it was; None: this kernel has none."""
    try:
        with open(URING, encoding='ascii') as file:
            before = file.read().strip()
        with open(URING, 'w', encoding='ascii') as file:
            file.write(value)
        return before
    except OSError as error:
        say(f'{URING}: {error.strerror}: measuring without')
        return None


def chosen_phases(options):
    words = options.phases.split(',')
    return [phase for phase in PHASES if phase.name in words or phase.group in words]


def chosen_contenders(options, work, share):
    """Those asked for, and why others are missing: an error only where they were asked for by name."""
    words = PEERS if options.peers is None else [word for word in options.peers.split(',') if word != 'none']
    found, missing = [], []
    for word in ['native', *words, *options.programs]:
        try:
            found.append(who.make(word, work, share, options))
        except who.Unavailable as reason:
            if options.peers is not None:
                raise
            missing.append(str(reason))
    return found, missing


def mount_share(options, work):
    """The directory below which every contender has its share."""
    if options.share in ('tmpfs', 'refuse'):
        share = os.path.join(work, 'share')
        os.mkdir(share)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'mode=755,size=80%', 'metafs-bench', share], check=True)
        return share
    parent = work if options.share == 'ext4' else options.share
    return tempfile.mkdtemp(prefix='metafs-bench-share.', dir=parent)


def run_rounds(bench, options, found):
    """Round 0 warms up. Contenders take turns in being first."""
    phases = chosen_phases(options)
    results = {phase.name: {contender.name: [] for contender in found} for phase in phases}
    cpu = {phase.name: {contender.name: [] for contender in found} for phase in phases}
    cached = True
    for number in range(options.rounds + 1):
        for index, phase in enumerate(phases):
            if phase.cached != cached:
                cached = phase.cached
                for contender in found:
                    contender.unmount()
                    contender.mount(cached)
            first = (number + index) % len(found)
            for contender in found[first:] + found[:first]:
                say(f"round {number or 'of warming up'}: {phase.name}, {contender.name}")
                value = phase.run(bench, contender)
                if number:
                    results[phase.name][contender.name].append(value)
                    cpu[phase.name][contender.name].append(bench.cpu if phase.unit == 's' else None)
    return results, cpu


def count_requests(bench, options, contender):
    """Each phase once more on a fresh mount that prints its requests."""
    requests = {}
    trace = os.path.join(contender.work, 'log')
    contender.trace = True
    contender.mount()
    for phase in chosen_phases(options):
        if phase.cached:
            say(f'counting: {phase.name}')
            marks = []
            plain = bench.timed_together

            def between(*arguments, plain=plain, marks=marks):
                marks.append(os.path.getsize(trace))
                seconds = plain(*arguments)
                marks.append(os.path.getsize(trace))
                return seconds

            bench.timed_together = between
            phase.run(bench, contender)
            bench.timed_together = plain
            if marks:
                requests[phase.name] = opcodes(trace, *marks)
    return requests


def opcodes(trace, begin, end):
    found = {}
    with open(trace, 'rb') as file:
        file.seek(begin)
        for line in file.read(end - begin).splitlines():
            match = re.match(rb'rx \S+ ([A-Z_0-9]+)', line)
            if match:
                word = match.group(1).decode()
                found[word] = found.get(word, 0) + 1
    return found


def measure(options, work):
    share = mount_share(options, work)
    found, missing = chosen_contenders(options, work, share)
    bench = Bench(options, Inputs(os.path.join(work, 'inputs'), options.files, options.big, say), ['nice', '-n', str(options.nice)])
    load = os.getloadavg()[0]
    ring = ', FUSE over io_uring' if options.io_uring else ''
    document = {'machine': f'Linux {os.uname().release} {platform.machine()}, {os.cpu_count()} CPUs{ring}',
                'share': options.share, 'files': options.files, 'rounds': options.rounds, 'missing': missing}
    try:
        for contender in found:
            contender.wrapper = list(bench.priority)
            if options.share == 'refuse' and contender.is_fuse:
                contender.wrapper += ['setpriv', '--bounding-set=-chown,-fowner,-fsetid']
            contender.prepare()
        if options.count:
            found = [contender for contender in found if contender.name == 'metafs']
            document['requests'] = count_requests(bench, options, found[0])
        else:
            words = options.phases.split(',')
            document['growth'] = {
                name: group(bench, options, work, share, say) for name, group in scale.GROUPS.items() if name in words}
            if chosen_phases(options):
                for contender in found:
                    contender.mount()
                document['results'], document['cpu'] = run_rounds(bench, options, found)
        document['units'] = {phase.name: phase.unit for phase in PHASES}
        document['load'] = [load, os.getloadavg()[0]]
        document['failures'] = bench.failures
        document['contenders'] = [
            {'name': c.name, 'version': c.version, 'options': c.options, 'program': isinstance(c, who.MetaFs)}
            for c in found]
    finally:
        for contender in found:
            contender.clean()
        subprocess.run(['umount', share], capture_output=True, check=False)
        shutil.rmtree(share, ignore_errors=True)
    return document


def main():
    options = parse()
    if options.list:
        for phase in PHASES:
            print(f'{phase.group:9} {phase.name:20} {phase.about}')
        for name, group in scale.GROUPS.items():
            print(f'{name:30} {group.__doc__}')
        return 0
    # Peers that hold a descriptor for each inode get as many as they ask for.
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20))
    except (ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        say(f'this machine allows {hard} descriptors only')
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = tempfile.mkdtemp(prefix='metafs-bench.', dir=os.environ.get('METAFS_BENCH_DIR', '/var/tmp'))
    before = set_io_uring('Y' if options.io_uring else 'N')
    options.io_uring = options.io_uring and before is not None
    try:
        document = measure(options, work)
    except who.Unavailable as reason:
        say(reason)
        return 1
    finally:
        if before is not None:
            set_io_uring(before)
        shutil.rmtree(work, ignore_errors=True)
    if options.json:
        print(json.dumps(document, indent=2))
    else:
        print(report.text_of(document))
    failed = {'native', 'metafs'} & set(document['failures'])
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
