"""Where ``sohoa`` starts."""

import gc


def main() -> None:
    """Run the command line.

    All that is imported stays: the collector would look through it several times while it comes, which is a sixth of a
    command's start, and once in a while for ever after, which is a pause of a tenth of a second in a running service.
    """
    gc.disable()
    from api.cli import main as run  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    run()
