"""Prints all mutants that mutmut makes of the named files: a JSON array of name and diff a line.

A program of its own, started inside the copy, because mutmut reads its configuration where it is started.
"""

import difflib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import libcst
from mutmut.mutation.diff_apply import read_mutant_function, read_original_function
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name


def mutants_of(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each mutant and the lines that differ, taken away ones with -, new ones with + in front."""
    mutated = mutate_file_contents(str(path), path.read_text(encoding="utf-8"))
    module = libcst.parse_module(mutated.code)
    for short in mutated.mutant_names:
        sides = read_original_function(module, short), read_mutant_function(module, short)
        original, mutant = (libcst.Module([function]).code.splitlines() for function in sides)
        differing = [line for line in difflib.ndiff(original, mutant) if line[0] in "-+"]
        yield get_mutant_name(path, short), differing


for name in sys.argv[1:]:
    for mutant in mutants_of(Path(name)):
        print(json.dumps(mutant))
