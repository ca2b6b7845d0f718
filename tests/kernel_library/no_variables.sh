#!/bin/sh
# no_variables.sh LIBRARY.a: fails when the library has variables: two kernels would share them.
# Constants are named kName (docs/style.md), also those that g++ does not put into read-only data;
# names that begin with __ or DW.ref belong to the compiler, sanitizers and coverage.
set -eu
symbols=$(objdump -tC "$1")
[ -n "$symbols" ]
found=$(echo "$symbols" | grep -E ' O (\.data|\.bss|\.tdata|\.tbss|\*COM\*)' | grep -v ' O \.data\.rel\.ro' |
  grep -vE '(::|[[:space:]])k[A-Z][A-Za-z0-9]*$|[[:space:]](\.hidden )?(__|DW\.ref\.|\.L)[^[:space:]]*$' || true)
[ -z "$found" ] || { echo "variables in $1:"; echo "$found"; exit 1; }
