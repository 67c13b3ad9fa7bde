"""``python -m station`` or ``python station.pyz``."""

from station.agent import main

main()
