#!/usr/bin/env bash
# Installs the Debian/Ubuntu packages sohoa needs, or those that are named. Does nothing when all of them are there.
set -euo pipefail

packages=(
    tesseract-ocr tesseract-ocr-vie                     # second opinions, and reading where the settings say so
    poppler-utils                                       # PDF pages to images
    fonts-texgyre fonts-liberation2 fonts-dejavu-core   # the stamp's font; sample papers
    softhsm2                                            # a PKCS#11 token, for tests and trials
    python3-venv
)
[ $# -gt 0 ] && packages=("$@")

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Cần quyền root hoặc sudo để cài: ${missing[*]} / root or sudo is needed to install them" >&2; exit 1; }
    sudo=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
