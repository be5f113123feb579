"""What a phase is, and the phases of a tree of small files."""

import os
import subprocess
import time


class Phase:
    """Something done to a contender. `prepare` is not timed, `command` is; `run` for what is no single command."""

    group = 'tree'
    cached = True
    unit = 's'

    def __init__(self, name, about, command=None, prepare=None):
        self.name = name
        self.about = about
        self.command = command
        self.prepare = prepare

    def run(self, bench, contender):
        """Returns seconds (or what `unit` says), less is better; notes what went wrong."""
        if self.prepare:
            self.prepare(bench, contender)
        return bench.timed(contender, self.name, self.command(bench, contender))


def tree(contender):
    return os.path.join(contender.path, 'tree')


def copy(contender):
    return os.path.join(contender.path, 'copy')


def drop_caches(_bench=None, _contender=None):
    """Dentries and inodes; the pages stay."""
    with open('/proc/sys/vm/drop_caches', 'w', encoding='ascii') as file:
        file.write('2')


def remove(bench, contender, *names):
    """Through the contender: a mirror need not notice what goes behind its back."""
    paths = [os.path.join(contender.path, name) for name in names]
    bench.quietly(['rm', '-rf', *paths])


def empty(bench, contender):
    remove(bench, contender, 'tree', 'copy')
    os.mkdir(tree(contender))


def need_tree(bench, contender):
    if not os.path.isdir(tree(contender)):
        os.mkdir(tree(contender))
        bench.quietly(untar(bench, tree(contender)))
        time.sleep(2.1)  # What one lists is mostly older than what one has just made; MetaFs knows the two apart.


def need_tree_cold(bench, contender):
    need_tree(bench, contender)
    drop_caches()


def need_tree_warm(bench, contender):
    need_tree(bench, contender)
    bench.quietly(['find', tree(contender)])


def need_tree_looked_at(bench, contender):
    need_tree(bench, contender)
    bench.quietly(['find', tree(contender), '-size', '+1k'])


def need_tree_only(bench, contender):
    need_tree(bench, contender)
    remove(bench, contender, 'copy')


def need_copy(bench, contender):
    need_tree(bench, contender)
    if not os.path.isdir(copy(contender)):
        bench.quietly(['cp', '-a', tree(contender), copy(contender)])


def untar(bench, directory):
    return ['tar', '--same-owner', '-xpf', bench.inputs.archive, '-C', directory]


TREE = [
    Phase('untar', 'tar --same-owner -xpf', lambda b, c: untar(b, tree(c)), empty),
    Phase('diff', 'tar --diff', lambda b, c: ['tar', '--diff', '-f', b.inputs.archive, '-C', tree(c)], need_tree),
    Phase('find-cold', 'find, caches dropped', lambda b, c: ['find', tree(c)], need_tree_cold),
    Phase('find-warm', 'find, at once again', lambda b, c: ['find', tree(c)], need_tree_warm),
    Phase('find-size-cold', 'find -size: a look at each file, caches dropped',
          lambda b, c: ['find', tree(c), '-size', '+1k'], need_tree_cold),
    Phase('find-size-warm', 'find -size, at once again', lambda b, c: ['find', tree(c), '-size', '+1k'], need_tree_looked_at),
    Phase('ls-lR', 'ls -lR, caches dropped', lambda b, c: ['ls', '-lR', tree(c)], need_tree_cold),
    Phase('cp-a', 'cp -a', lambda b, c: ['cp', '-a', tree(c), copy(c)], need_tree_only),
    Phase('chown-R', 'chown -R', lambda b, c: ['chown', '-R', '1077:1088', tree(c)], need_tree),
    Phase('chmod-R', 'chmod -R', lambda b, c: ['chmod', '-R', 'u+rwX,g-w,o=', tree(c)], need_tree),
    Phase('rm-rf', 'rm -rf', lambda b, c: ['rm', '-rf', copy(c)], need_copy),
]


class Parallel(Phase):
    """Several untars at once, each into a directory of its own."""

    group = 'parallel'

    def __init__(self, count):
        super().__init__(f'untar-{count}', f'{count} tar -xpf at once, each the whole tree')
        self.count = count

    def run(self, bench, contender):
        remove(bench, contender, 'parallel')
        places = [os.path.join(contender.path, 'parallel', str(i)) for i in range(self.count)]
        for place in places:
            os.makedirs(place)
        return bench.timed_together(contender, self.name, [untar(bench, place) for place in places])


class Git(Phase):
    """A repository with many files."""

    group = 'git'


def clone_place(contender):
    return os.path.join(contender.path, 'clone')


def need_clone(bench, contender):
    if not os.path.isdir(clone_place(contender)):
        bench.quietly(clone(bench, contender))
    drop_caches()


def clone(bench, contender):
    return ['git', 'clone', '-q', '--no-hardlinks', bench.inputs.repository, clone_place(contender)]


GIT = [
    Git('git-clone', 'git clone of 5,000 files', clone, lambda b, c: remove(b, c, 'clone')),
    Git('git-status', 'git status, caches dropped',
        lambda b, c: ['git', '-C', clone_place(c), 'status', '--porcelain'], need_clone),
]


class Rsync(Phase):
    """A second backup of many files that did not change."""

    group = 'rsync'

    def __init__(self):
        super().__init__('rsync-an', 'rsync -an of unchanged files (--big N, 100,000), caches dropped')

    def run(self, bench, contender):
        place = os.path.join(contender.path, 'big/')
        if not os.path.isdir(place):
            bench.quietly(['rsync', '-a', bench.inputs.big + '/', place])
        drop_caches()
        return bench.timed(contender, self.name, ['rsync', '-an', bench.inputs.big + '/', place])


STAT_CLIENT = '''
import os, sys, time
path, count = os.fsencode(sys.argv[1]), int(sys.argv[2])
stat = os.stat
for _ in range(200):
    stat(path)
print("ready", flush=True)
sys.stdin.readline()
begin = time.perf_counter()
for _ in range(count):
    stat(path)
print((time.perf_counter() - begin) / count * 1e6, flush=True)
'''


class StatStorm(Phase):
    """stat(2) of one file each, nothing cached: what one request costs."""

    group = 'stat'
    cached = False
    unit = 'us'
    count = 10000

    def __init__(self, clients):
        super().__init__(f'stat-{clients}', f'stat, caches off, {clients} client(s): us per stat of each')
        self.clients = clients

    def run(self, bench, contender):
        clients = []
        for i in range(self.clients):
            path = os.path.join(contender.path, f'stat-{i}')
            with open(path, 'wb'):
                pass
            clients.append(subprocess.Popen(
                bench.priority + [bench.python, '-c', STAT_CLIENT, path, str(self.count)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        for client in clients:
            client.stdout.readline()
        for client in clients:
            client.stdin.write('go\n')
            client.stdin.flush()
        times = [float(client.communicate()[0]) for client in clients]
        return sum(times) / len(times)


def now():
    return time.perf_counter()
