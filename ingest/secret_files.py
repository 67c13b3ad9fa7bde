"""Secrets: passphrases and PINs, named by where they come from and read there each time they are needed."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from dossier.errors import ConfigurationError

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MAX_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret comes from: a file, an environment variable, or a setting; of nothing, it is empty.

    Attributes:
        file: A file of UTF-8 text that its owner alone may read; a line end after it does not count.
        variable: Name of an environment variable.
        setting: The secret itself, as settings hide it.
    """

    file: Path | None = None
    variable: str = ""
    setting: SecretStr | None = None

    def read(self) -> str:
        """Return the secret.

        Raises:
            ConfigurationError: The file cannot be read or others may read it too, or the variable is not set. The
                secret is in no message.
        """
        if self.file is not None:
            return _read(self.file)
        if self.variable:
            if self.variable not in os.environ:
                raise ConfigurationError(reason=f"the environment variable {self.variable} is not set")
            return os.environ[self.variable]
        return self.setting.get_secret_value() if self.setting else ""


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _FOR_OTHERS:
                raise ConfigurationError(reason=f"others may read the secret in '{path.name}': chmod 600 it")
            return file.read(_MAX_BYTES).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(reason=f"the secret in '{path.name}' cannot be read") from None
