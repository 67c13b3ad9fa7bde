"""Limits put on what is handed in and on the child processes that take it apart."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted, and what one child process may use.

    A3 at 600 dpi is 7,016 × 9,921 = 69.6 million pixels and fits; 20,000 × 20,000 = 400 million does not.

    Attributes:
        max_bytes: Of a file handed in.
        max_pages: Of a file handed in.
        max_pixels: Of one page, as stored and as rendered.
        max_side: Of one page as rendered, pixels; image libraries count to 32,767.
        memory_bytes: Address space of a child process and of each program it starts.
        cpu_s: Processor seconds of a child process, and of each program it starts.
        wall_s: Seconds from the child's start after which it and everything it started is killed.
        output_bytes: Of each file a child writes; holds one page of ``max_pixels`` in 24-bit colour.
        folder_bytes: Of all files together in a child's folder.
        open_files: File descriptors of a child process.
        processes: Processes and threads of a child and what it starts, where the kernel counts them apart; 1 holds
            everywhere.
        network: Whether a child may use the network.
    """

    max_bytes: int = 200 * MIB
    max_pages: int = 500
    max_pixels: int = 100_000_000
    max_side: int = 32_000
    memory_bytes: int = 2048 * MIB
    cpu_s: int = 60
    wall_s: float = 180.0
    output_bytes: int = 320 * MIB
    folder_bytes: int = 2048 * MIB
    open_files: int = 256
    processes: int = 1
    network: bool = False
