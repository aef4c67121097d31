#!/usr/bin/env bash
# Captions per second and core of our tokenizers, tiktoken and Hugging Face's tokenizers, in one run:
# benchmarks/tokenizers.sh CAPTIONS [--rounds N] [--json]
# CAPTIONS is a folder of tab-separated captions. $PYTHON (python3) has tiktoken 0.14.0 and tokenizers 0.23.3.
set -euo pipefail
captions=${1:?give a folder of tab-separated captions}
shift
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec "${PYTHON:-python3}" "$root/benchmarks/src/main/python/tokenizers_compared.py" --vocabularies "$root/cleaning/src/main/resources/io/pairstream/cleaning/tokens" \
  --java "$root/benchmarks/target/classes:$root/command/target/app/lib/*" --captions "$captions" "$@"
