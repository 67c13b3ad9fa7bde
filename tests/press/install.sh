#!/usr/bin/env bash
# Installs the browser that prints the press set, and fonts that neither training nor the other sets use. Does nothing when they are there.
set -euo pipefail

packages=(chromium-headless-shell fonts-clear-sans fonts-gfs-neohellenic fonts-league-spartan fonts-symbola)

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
