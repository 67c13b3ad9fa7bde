#!/usr/bin/env bash
# Installs what the engines compared with need: OCRmyPDF's --clean runs unpaper, both ask which way up a page lies.
exec bash "$(dirname "$0")/../../deploy/install-system-packages.sh" unpaper tesseract-ocr-osd
