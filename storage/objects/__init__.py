"""Where bytes are kept: the port, a folder or S3 behind it, and what encrypts a folder."""
