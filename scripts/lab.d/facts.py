#!/usr/bin/python3
"""Compares what was found out about a share, and puts it together.

facts.py compare PROBE MEASURED             a line for each fact of both: name, what probe says, what system calls say
facts.py promised PROBE                     a line for each fact that every mount promises: name, promise, what probe says
facts.py join KIND DIRECTORY RECORDS FILE   writes everything that facts.sh left in DIRECTORY as one JSON file
"""
import json
import os
import platform
import sys

# Times far from now are not among them: a share may not be able to tell them from others.
PROMISED = ("create_owner", "create_mode", "chown_user", "chown_group", "chmod_file", "chmod_directory", "suid", "sgid",
            "sgid_directory", "sticky", "mode_0", "utimens_mtime", "utimens_atime", "utimens_before_1970",
            "utimens_after_2106")


def load(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return json.load(file)


def word(fact):
    return ":".join([fact["verdict"]] + [str(fact[k]) for k in ("errno", "rounds_to_ns") if k in fact])


def compare(probe, measured):
    facts = load(probe)["facts"]
    for name, fact in load(measured).items():
        if name in facts:
            print(name, word(facts[name]), word(fact))


def promised(probe):
    report = load(probe)
    for name in PROMISED:
        promise = "accepts"
        if name == "chown_user" and report["uid"] != 0:
            promise = "refuses:EPERM"
        elif name == "mode_0" and report["uid"] != 0:
            promise = "refuses:EACCES"
        print(name, promise, word(report["facts"][name]))


def join(kind, directory, records, target):
    result = {"kind": kind, "kernel": platform.release()}
    for place in ("bare", "mount"):
        probed = load(directory, f"probe-{place}.json")
        result["file_system" if place == "bare" else "mount_file_system"] = probed["file_system"]
        result[place] = dict(load(directory, f"measure-{place}.json"), **probed["facts"])
        result[place + "_warnings"] = [w["name"] for w in probed["warnings"]]
        result[place + "_user"] = load(directory, f"probe-{place}_user.json")["facts"]
    result["remount"] = load(directory, "remount.json")
    if result["remount"]:
        with open(os.path.join(directory, "kept"), encoding="ascii") as file:
            result["remount"]["records"] = {"kept": int(file.read()), "of": int(records)}
    with open(target, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


def main():
    actions = {"compare": (compare, 2), "promised": (promised, 1), "join": (join, 4)}
    if len(sys.argv) < 2 or sys.argv[1] not in actions or len(sys.argv) - 2 != actions[sys.argv[1]][1]:
        sys.exit(__doc__)
    actions[sys.argv[1]][0](*sys.argv[2:])


if __name__ == "__main__":
    main()
