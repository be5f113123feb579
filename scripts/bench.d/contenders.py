"""Who is measured: how each is mounted, how it names itself, and what it was told."""

import glob
import os
import re
import shutil
import subprocess
import time

FUSE_OPTIONS = 'allow_other,default_permissions'
VARIANTS = {'metafs-plain': 'no_passthrough', 'metafs-device': 'no_io_uring', 'metafs-noxattrs': 'xattrs=none'}


class Unavailable(Exception):
    """A contender that is not on this machine, and why."""


def version_line(command, pattern=r'\d+\.\d+[\w.+-]*'):
    """The first thing that looks like a version in what a command prints."""
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(pattern, run.stdout + run.stderr)
    return found.group(0) if found else 'unknown'


class Contender:
    """One way to reach a directory, with a share and a mount point of its own."""

    is_fuse = True

    def __init__(self, name, work, share):
        self.name = name
        self.work = os.path.join(work, name)
        self.share = os.path.join(share, name)
        self.mount_point = os.path.join(self.work, 'mnt')
        self.version = ''
        self.wrapper = []
        self.options = ''
        self.failures = {}
        self.pid = None

    @property
    def path(self):
        return self.mount_point

    def command(self, cached):
        """The command line that mounts; it may stay or return."""
        raise NotImplementedError(self.name)

    def prepare(self):
        for directory in (self.work, self.share, self.mount_point):
            os.makedirs(directory, exist_ok=True)

    def mount(self, cached=True):
        command = self.wrapper + self.command(cached)
        self.options = ' '.join(self.shown(word) for word in command)
        with open(os.path.join(self.work, 'log'), 'ab') as log:
            daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while not os.path.ismount(self.mount_point):
            if daemon.poll() not in (None, 0) or time.monotonic() > deadline:
                raise Unavailable(f'{self.name} did not mount: {self.log_tail()}')
            time.sleep(0.002)
        self.pid = daemon.pid
        self.daemon = daemon
        os.stat(self.mount_point)

    def unmount(self):
        if not os.path.ismount(self.mount_point):
            return
        for _ in range(50):
            if subprocess.run(['umount', self.mount_point], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        else:
            subprocess.run(['umount', '-l', self.mount_point], check=False)
        try:
            self.daemon.wait(10)
        except subprocess.TimeoutExpired:  # It no longer serves anything: bindfs with threads has been seen to stay.
            self.daemon.kill()
            self.daemon.wait()

    def cpu_seconds(self):
        """What the daemon's threads have used; unlike a wall clock it does not count who else wanted the machine."""
        nanoseconds = 0
        for path in glob.glob(f'/proc/{self.pid}/task/*/schedstat'):
            try:
                with open(path, encoding='ascii') as file:
                    nanoseconds += int(file.read().split()[0])
            except OSError:  # A thread that ended while we looked.
                pass
        return nanoseconds / 1e9

    def log_tail(self):
        with open(os.path.join(self.work, 'log'), encoding='utf-8', errors='replace') as log:
            return ' | '.join(log.read().splitlines()[-3:]) or 'no message'

    def shown(self, word):
        return word.replace(self.share, 'SHARE').replace(self.mount_point, 'MNT').replace(self.work, 'WORK')

    def clean(self):
        self.unmount()
        shutil.rmtree(self.share, ignore_errors=True)
        shutil.rmtree(self.work, ignore_errors=True)


class Native(Contender):
    """The directory itself."""

    is_fuse = False

    @property
    def path(self):
        return self.share

    def mount(self, cached=True):
        self.options = 'the directory itself'
        self.version = 'Linux ' + os.uname().release

    def unmount(self):
        pass


class Bindfs(Contender):
    """bindfs, as it comes or with its worker threads."""

    def __init__(self, name, work, share, multithreaded):
        super().__init__(name, work, share)
        self.multithreaded = multithreaded
        self.version = version_line(['bindfs', '--version'])

    def command(self, cached):
        options = FUSE_OPTIONS if cached else FUSE_OPTIONS + ',attr_timeout=0,entry_timeout=0'
        threads = ['--multithreaded'] if self.multithreaded else []
        return ['bindfs', '-f', *threads, '-o', options, self.share, self.mount_point]


class FuseOverlayfs(Contender):
    """fuse-overlayfs with all files in its upper directory."""

    def __init__(self, name, work, share):
        super().__init__(name, work, share)
        self.version = version_line(['fuse-overlayfs', '--version'], r'fuse-overlayfs: version (\S+)').split()[-1]

    @property
    def upper(self):
        return os.path.join(self.share, 'upper')

    def prepare(self):
        super().prepare()
        for name in ('upper', 'lower', 'work'):
            os.makedirs(os.path.join(self.share, name), exist_ok=True)

    def command(self, cached):
        options = [FUSE_OPTIONS, f'lowerdir={self.share}/lower', f'upperdir={self.upper}', f'workdir={self.share}/work']
        if not cached:
            options.append('timeout=0')
        return ['fuse-overlayfs', '-f', '-o', ','.join(options), self.mount_point]


class Libfuse(Contender):
    """libfuse's own examples."""

    def __init__(self, name, work, share, program):
        super().__init__(name, work, share)
        self.program = program
        reporter = os.path.join(os.path.dirname(program), 'passthrough_ll')
        self.version = 'libfuse ' + version_line([reporter, '--version'], r'FUSE library version (\S+)').split()[-1]

    def command(self, cached):
        if self.name.startswith('passthrough_ll'):
            more = '' if cached else ',cache=never'
            more += ',io_uring' if self.name.endswith('-uring') else ''
            return [self.program, '-f', '-o', f'{FUSE_OPTIONS},source={self.share}{more}', self.mount_point]
        off = [] if cached else ['--nocache']
        return [self.program, '--foreground', *off, self.share, self.mount_point]


class MetaFs(Contender):
    """MetaFs, with a database of its own."""

    def __init__(self, name, work, share, program, extra=''):
        super().__init__(name, work, share)
        self.program = program
        self.extra = extra
        self.trace = False
        self.version = version_line([program, 'version'], r'metafs\s+(\S+)').split()[-1]

    @property
    def database(self):
        return os.path.join(self.work, 'bench.db')

    def command(self, cached):
        options = [f'db={self.database}']
        if self.extra:
            options.append(self.extra)
        if not cached:
            options.append('attr_timeout=0,entry_timeout=0')
        return [self.program, 'mount', '-d' if self.trace else '-f', self.share, self.mount_point, '-o', ','.join(options)]


def links_uring(program):
    """Whether libfuse, which the program is linked with, has io_uring: its own library says so."""
    run = subprocess.run(['ldd', program], capture_output=True, text=True, check=False)
    return 'liburing' in run.stdout or any(
        'liburing' in subprocess.run(['ldd', word], capture_output=True, text=True, check=False).stdout
        for word in re.findall(r'=> (\S*libfuse3\S*)', run.stdout))


def libfuse_program(directory, name):
    """One of libfuse's examples in a build directory."""
    for place in (directory, os.path.join(directory, 'example'), os.path.join(directory, 'build', 'example')):
        program = os.path.join(place, name)
        if os.access(program, os.X_OK):
            return program
    raise Unavailable(f'{name}: not below {directory}')


def make(name, work, share, options):
    """A contender by its word; Unavailable says why there is none."""
    record_all = 'chmod=record,utimens=record' if options.share == 'refuse' else ''
    if name == 'native':
        return Native(name, work, share)
    if name in ('bindfs', 'bindfs-mt'):
        return Bindfs(name, work, share, name == 'bindfs-mt')
    if name == 'fuse-overlayfs':
        return FuseOverlayfs(name, work, share)
    if name in ('passthrough_ll', 'passthrough_hp'):
        if not options.libfuse:
            raise Unavailable(f'{name}: no libfuse build named with --libfuse')
        return Libfuse(name, work, share, libfuse_program(options.libfuse, name))
    if name == 'passthrough_ll-uring':
        if not options.io_uring or not options.libfuse:
            raise Unavailable(f'{name}: --io-uring and --libfuse are needed')
        program = libfuse_program(options.libfuse, 'passthrough_ll')
        if not links_uring(program):
            raise Unavailable(f'{name}: {program} was built without io_uring')
        return Libfuse(name, work, share, program)
    if name in VARIANTS:
        return MetaFs(name, work, share, options.programs['metafs'],
                      ','.join(filter(None, [record_all, VARIANTS[name]])))
    if name in options.programs:
        return MetaFs(name, work, share, options.programs[name], record_all)
    raise Unavailable(f'{name}: no such contender')
