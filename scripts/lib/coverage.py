#!/usr/bin/python3
"""coverage.py FLOOR REPORT...: line coverage per part of the program, from Cobertura reports of coverlet.

A line counts as covered if any of the reports has it covered; generated code is left out. Prints a line per part, and
for the parts that have to reach FLOOR percent the files that miss lines. Exit status: 1 if one of these does not reach it.
"""
import os
import sys
import xml.etree.ElementTree

# Name, the directory below src, whether it has to reach the floor.
PARTS = (
    ("MetaFs.Overlay", "MetaFs.Overlay/", True),
    ("MetaFs.Passthrough/Attributes", "MetaFs.Passthrough/Attributes/", True),
    ("MetaFs.Passthrough", "MetaFs.Passthrough/", False),
    ("MetaFs.Fuse", "MetaFs.Fuse/", False),
    ("MetaFs.Linux", "MetaFs.Linux/", False),
    ("MetaFs.Cli", "MetaFs.Cli/", False),
)


def read(reports):
    """Hits by file below src and line."""
    hits = {}
    for report in reports:
        root = xml.etree.ElementTree.parse(report).getroot()
        sources = [source.text or "" for source in root.iter("source")]
        for entry in root.iter("class"):
            name = below_src(sources, entry.get("filename"))
            if name is None:
                continue
            lines = hits.setdefault(name, {})
            for line in entry.iter("line"):
                number = int(line.get("number"))
                lines[number] = max(lines.get(number, 0), int(line.get("hits")))
    return hits


def below_src(sources, name):
    """File names are relative to one of the sources, which is as deep as the files of the report have in common."""
    for source in sources:
        path = os.path.join(source, name)
        if os.path.exists(path) and "/src/" in path and "/obj/" not in path:
            return path.split("/src/", 1)[1]
    return None


def ranges(numbers):
    """1,2,3,7 -> 1-3 7"""
    spans = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def main():
    floor, hits = float(sys.argv[1]), read(sys.argv[2:])
    short = False
    for name, directory, has_floor in PARTS:
        files = {file: lines for file, lines in hits.items() if file.startswith(directory)}
        total = sum(len(lines) for lines in files.values())
        covered = sum(1 for lines in files.values() for count in lines.values() if count)
        if total == 0:
            print(f"{name}: no report has it")
            short |= has_floor
            continue
        percent = 100 * covered / total
        is_short = has_floor and percent < floor
        short |= is_short
        print(f"{name:30} {percent:6.2f} % of {total} lines" + (f", less than {floor:g} %" if is_short else ""))
        if has_floor:
            for file, lines in sorted(files.items()):
                missed = [number for number, count in lines.items() if not count]
                if missed:
                    print(f"    {file}: {ranges(missed)}")
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
