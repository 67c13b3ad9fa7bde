#!/usr/bin/env bash
# Installs the browser that prints the press set, and fonts that neither training nor the other sets use. Does nothing when they are there.
exec bash "$(dirname "$0")/../../deploy/install-system-packages.sh" \
    chromium-headless-shell fonts-clear-sans fonts-gfs-neohellenic fonts-league-spartan fonts-symbola
