"""What the phases read: made once, outside every contender."""

import io
import os
import random
import shutil
import subprocess
import tarfile

BEGIN_NS = 1_000_000_000_123_456_789


class Inputs:
    """Archive, repository and big tree, each made when it is first asked for."""

    def __init__(self, directory, files, big_files, progress):
        self.directory = directory
        self.files = files
        self.big_files = big_files
        self.progress = progress
        os.makedirs(directory, exist_ok=True)

    @property
    def archive(self):
        """Small files with varied owners, modes and ns mtimes, a hundred to a directory."""
        path = os.path.join(self.directory, 'files.tar')
        if not os.path.exists(path):
            self.progress(f'making an archive of {self.files} files')
            pick = random.Random(1)
            with tarfile.open(path + '.new', 'w', format=tarfile.PAX_FORMAT) as archive:
                for directory in range((self.files + 99) // 100):
                    self._add(archive, pick, f'd{directory:04}', None)
                    for file in range(min(100, self.files - directory * 100)):
                        self._add(archive, pick, f'd{directory:04}/f{file:02}', pick.randbytes(pick.randrange(0, 4096)))
            os.rename(path + '.new', path)
        return path

    @staticmethod
    def _add(archive, pick, name, data):
        member = tarfile.TarInfo(name)
        member.type = tarfile.DIRTYPE if data is None else tarfile.REGTYPE
        member.mode = pick.choice((0o755, 0o750, 0o2775, 0o700) if data is None else (0o644, 0o600, 0o755, 0o4755, 0o440))
        member.uid, member.gid = pick.randrange(1000, 1100), pick.randrange(1000, 1100)
        nanoseconds = BEGIN_NS + pick.randrange(0, 10**17)
        member.mtime = nanoseconds // 10**9
        member.pax_headers = {'mtime': f'{nanoseconds // 10**9}.{nanoseconds % 10**9:09}'}
        member.size = len(data or b'')
        archive.addfile(member, io.BytesIO(data or b''))

    @property
    def repository(self):
        """A bare repository with 5,000 files."""
        path = os.path.join(self.directory, 'repository.git')
        if not os.path.exists(path):
            self.progress('making a repository of 5000 files')
            source = os.path.join(self.directory, 'source')
            pick = random.Random(2)
            for i in range(5000):
                os.makedirs(os.path.join(source, f'd{i // 50}'), exist_ok=True)
                with open(os.path.join(source, f'd{i // 50}', f'file{i}.txt'), 'wb') as file:
                    file.write(pick.randbytes(pick.randrange(100, 4000)).hex().encode())
            git = ['git', '-C', source, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost']
            for words in (['init', '-q'], ['add', '.'], ['commit', '-q', '-m', 'all']):
                subprocess.run(git + words, check=True, capture_output=True)
            subprocess.run(['git', 'clone', '-q', '--bare', source, path + '.new'], check=True)
            shutil.rmtree(source)
            os.rename(path + '.new', path)
        return path

    @property
    def big(self):
        """A directory of many small files with two owners."""
        path = os.path.join(self.directory, 'big')
        if not os.path.exists(path):
            self.progress(f'making {self.big_files} files')
            for i in range(self.big_files):
                if i % 200 == 0:
                    os.makedirs(os.path.join(path + '.new', f'd{i // 200:05}'))
                name = os.path.join(path + '.new', f'd{i // 200:05}', f'f{i % 200:03}')
                with open(name, 'wb') as file:
                    file.write(b'x' * (i % 100))
                if i % 2:
                    os.chown(name, 1001, 1001)
            os.rename(path + '.new', path)
        return path
