#!/usr/bin/env bash
# Installs unpaper, which OCRmyPDF's --clean runs. Does nothing when it is there.
set -euo pipefail

command -v unpaper >/dev/null && exit 0
sudo=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "root or sudo is needed to install unpaper" >&2; exit 1; }
    sudo=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends unpaper
