"""Adds up the instructions of our own kernels (vk_…) in a file that callgrind wrote.

usage: kernel_instructions.py CALLGRIND.out
In callgrind's format a name stands behind its number once, `fn=(number) name` begins the costs of a
function, and the line after `calls=` is the inclusive cost of a call, which is left out.
"""

import re
import sys


def main(path):
    names, total, is_kernel, is_call = {}, 0, False, False
    with open(path, encoding="utf-8") as file:
        for line in file:
            if match := re.match(r"c?fn=\((\d+)\)(?: (.*))?", line):
                if match[2]:
                    names[match[1]] = match[2].strip()
                if line.startswith("fn="):
                    is_kernel = names[match[1]].startswith("vk_")
            elif line.startswith("calls="):
                is_call = True
            elif re.match(r"[+\-*\d]", line):
                if is_kernel and not is_call:
                    total += int(line.split()[1])
                is_call = False
    if total == 0:
        sys.exit(f"kernel_instructions: no instruction of a kernel in {path}")
    print(total)


if __name__ == "__main__":
    main(sys.argv[1])
