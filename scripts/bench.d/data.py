"""Reading and writing one large file, with fio."""

import json
import os
import subprocess

from phases import Phase

SIZE = 256 << 20


class Fio(Phase):
    """One fio job; the value is seconds per GiB, so that less is better as everywhere."""

    group = 'io'
    unit = 's/GiB'

    def __init__(self, name, about, pattern, block, *options):
        super().__init__(name, f'fio: {about}')
        self.words = [f'--rw={pattern}', f'--bs={block}', *options]
        self.reads = 'read' in pattern

    def run(self, bench, contender):
        path = os.path.join(contender.path, 'data')
        if not os.path.exists(path):
            bench.quietly(['dd', 'if=/dev/zero', f'of={path}', 'bs=1M', f'count={SIZE >> 20}'])
        run = subprocess.run(
            bench.priority + ['fio', '--name=bench', f'--filename={path}', f'--size={SIZE}', '--output-format=json',
                              '--time_based', '--runtime=1', '--invalidate=0', '--fallocate=none', *self.words],
            capture_output=True, text=True, check=False)
        if run.returncode:
            bench.note(contender, self.name, (run.stderr or run.stdout).strip().splitlines()[-1][:200])
            return None
        job = json.loads(run.stdout[run.stdout.index('{'):])['jobs'][0]['read' if self.reads else 'write']
        return (1 << 30) / job['bw_bytes'] if job['bw_bytes'] else None


IO = [
    Fio('read-1M', 'cached sequential read, 1 MiB', 'read', '1M'),
    Fio('read-4k', 'cached sequential read, 4 KiB', 'read', '4k'),
    Fio('randread-4k', 'cached random read, 4 KiB', 'randread', '4k'),
    Fio('write-1M', 'sequential write, 1 MiB', 'write', '1M'),
    Fio('write-4k', 'sequential write, 4 KiB', 'write', '4k'),
    Fio('randwrite-4k', 'random write, 4 KiB', 'randwrite', '4k'),
    Fio('direct-read-1M', 'O_DIRECT sequential read, 1 MiB', 'read', '1M', '--direct=1'),
    Fio('direct-randread-4k', 'O_DIRECT random read, 4 KiB', 'randread', '4k', '--direct=1'),
    Fio('direct-write-1M', 'O_DIRECT sequential write, 1 MiB', 'write', '1M', '--direct=1'),
    Fio('direct-randwrite-4k', 'O_DIRECT random write, 4 KiB', 'randwrite', '4k', '--direct=1'),
    Fio('mmap-read', 'mmap sequential read', 'read', '64k', '--ioengine=mmap'),
    Fio('mmap-randread', 'mmap random read, 4 KiB', 'randread', '4k', '--ioengine=mmap'),
    Fio('mmap-write', 'mmap sequential write', 'write', '64k', '--ioengine=mmap'),
]
