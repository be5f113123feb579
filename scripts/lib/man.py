#!/usr/bin/env python3
"""man.py SOURCE.md --version V --date YYYY-MM-DD: a manual page in man(7) form on standard output.

Knows the Markdown that docs/*.[1-8].md are written in and refuses what it does not know: headings, paragraphs with
bold, italics and code, hard line breaks (a backslash at the end), definition lists, tables, indented code, lists.
"""
import argparse
import re
import sys
import textwrap

SECTIONS = {"1": "User Commands", "5": "File Formats", "8": "System Administration"}
FONTS = {"**": "B", "*": "I", "`": "B"}


def escape(text, literal=False):
    """Text that roff prints as it is; literal: also as ASCII, for what is to be typed."""
    text = text.replace("\\", "\\e")
    if literal:
        for character, name in (("-", "\\-"), ("'", "\\(aq"), ("`", "\\(ga"), ("~", "\\(ti"), ("^", "\\(ha")):
            text = text.replace(character, name)
    return text.replace("~", "\\(ti").replace("^", "\\(ha")


def inline(text):
    """Bold, italics and code; links lose their address."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    out = ""
    end = 0
    for match in re.finditer(r"(?<!\\)(`)(.+?)`|(\*\*)(.+?)\*\*|(\*)(.+?)\*", text):
        mark, inner = [group for group in match.groups() if group]
        inner = inner.replace("\\|", "|") if mark == "`" else re.sub(r"\\([*`|<>_\\])", r"\1", inner)
        out += plain(text[end:match.start()])
        out += "\\f" + FONTS[mark] + escape(inner, literal=mark != "*") + "\\fR"
        end = match.end()
    return out + plain(text[end:])


def plain(text):
    # "-" before a word is an option's even where it is not set in bold
    text = escape(re.sub(r"\\([*`|<>_])", r"\1", text))
    return re.sub(r"(?<![\w)])--?(?=\w)", lambda m: m.group().replace("-", "\\-"), text)


def fill(text, width=78):
    """One paragraph as roff lines that no macro is mistaken for."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [guard(line) for line in lines]


def guard(line):
    return "\\&" + line if line[:1] in (".", "'") else line


def cells(row):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


class Page:
    def __init__(self, lines):
        self.lines = lines
        self.at = 0
        self.out = []
        self.fresh = True  # after a heading: a paragraph needs no macro

    def peek(self):
        return self.lines[self.at] if self.at < len(self.lines) else ""

    def take_while(self, test):
        taken = []
        while self.at < len(self.lines) and test(self.lines[self.at]):
            taken.append(self.lines[self.at])
            self.at += 1
        return taken

    def convert(self):
        while self.at < len(self.lines):
            line = self.peek()
            if not line.strip():
                self.at += 1
            elif line.startswith("#"):
                self.heading()
            elif line.startswith("|"):
                self.table()
            elif line.startswith("    "):
                self.code()
            elif line.startswith("- "):
                self.items()
            elif self.at + 1 < len(self.lines) and self.lines[self.at + 1].startswith(": "):
                self.definition()
            elif re.match(r"[<>=+]|\d+\. |!\[|```", line):
                sys.exit(f"man.py: line {self.at + 1}: no form for: {line}")
            else:
                self.paragraph()
        return self.out

    def heading(self):
        marks, text = self.peek().split(" ", 1)
        self.at += 1
        text = inline(text.upper() if len(marks) == 2 else text).replace('"', "\\(dq")
        self.out += [f".{'SH' if len(marks) == 2 else 'SS'} {text}"]
        self.fresh = True

    def paragraph(self):
        lines = self.take_while(lambda l: l.strip() and not l.startswith(("#", "|", "    ")))
        if not self.fresh:
            self.out.append(".PP")
        self.fresh = False
        for number, part in enumerate(re.split(r"\\\n", "\n".join(lines))):
            if number:
                self.out.append(".br")
            self.out += fill(inline(" ".join(part.split())))

    def definition(self):
        term = inline(self.peek())
        self.at += 1
        first = self.peek()[2:]
        self.at += 1
        rest = self.take_while(lambda l: l.startswith("  ") and l.strip())
        text = " ".join([first] + [line.strip() for line in rest])
        self.out += [".TP", guard(term)] + fill(inline(text))
        self.fresh = False

    def items(self):
        while self.peek().startswith("- "):
            first = self.peek()[2:]
            self.at += 1
            rest = self.take_while(lambda l: l.startswith("  ") and l.strip())
            text = " ".join([first] + [line.strip() for line in rest])
            self.out += [".IP \\(bu 3"] + fill(inline(text))
        self.fresh = False

    def table(self):
        rows = [cells(row) for row in self.take_while(lambda l: l.startswith("|"))]
        head, body = rows[0], rows[2:]
        for number, row in enumerate([head] + body):
            row = [inline(cell) for cell in row]
            if number == 0:
                row = [f"\\fI{cell}\\fR" for cell in row]
            self.out += [".TP", guard(row[0])] + fill(": ".join(cell for cell in row[1:] if cell))
        self.fresh = False

    def code(self):
        lines = self.take_while(lambda l: l.startswith("    ") or not l.strip())
        while not lines[-1].strip():
            lines.pop()
        if not self.fresh:
            self.out.append(".PP")
        self.out += [".RS 4", ".EX"]
        self.out += [guard(escape(line[4:], literal=True)) for line in lines]
        self.out += [".EE", ".RE"]
        self.fresh = False


def main():
    parser = argparse.ArgumentParser(description="A manual page from Markdown.")
    parser.add_argument("source")
    parser.add_argument("--version", required=True)
    parser.add_argument("--date", required=True)
    arguments = parser.parse_args()
    with open(arguments.source, encoding="ascii") as file:
        lines = file.read().splitlines()
    title = re.fullmatch(r"# ([\w.-]+)\((\d)\)", lines[0])
    if not title:
        sys.exit(f"man.py: {arguments.source}: must begin with '# name(section)'")
    name, section = title.groups()
    print('.\\" Made from docs/%s.%s.md by scripts/lib/man.py' % (name, section))
    print(f'.TH {name.upper()} {section} {arguments.date} "MetaFs {arguments.version}" "{SECTIONS[section]}"')
    print(".nh")
    print(".ad l")
    for line in Page(lines[1:]).convert():
        print(line)


main()
