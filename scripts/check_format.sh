#!/bin/bash
# Every source file is formatted as clang-format 14 (Debian 12's) does it with the tree's .clang-format.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  echo 'skipped: clang-format 14 is not installed'
  exit 77
fi
git ls-files -z --cached --others --exclude-standard -- '*.cc' '*.h' '*.c' |
  xargs -0 -r ls -d 2>/dev/null |
  xargs -r -d '\n' -n 60 -P 2 clang-format --dry-run -Werror
