"""Builds the optional extension `cleaner._native`: as a hook of hatchling, and by hand, into the working tree
(`python native/hook.py`, which needs setuptools).

Without a compiler, on another Python than CPython, or with CLEANER_PURE set to anything but 0, nothing is
built: the wheel is then pure, and installs anywhere.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = (
    "module",
    "features",
    "forest",
    "language",
    "phrases",
    "reader",
    "reader_blocks",
    "reader_names",
    "reader_tree",
    "signature",
    "words",
)
MODULE = "cleaner._native"
# The oldest Python whose limited API has the buffer protocol.
LIMITED_API, TAG = "0x030B0000", "cp311-abi3"
# Both forms give the same bits: no product and sum in one rounding, as compilers for ARM make of their own.
GCC_FLAGS = ["-O3", "-std=c11", "-g0", "-ffp-contract=off", "-fvisibility=hidden", "-Wall", "-Wextra"]


def built_extension(folder: Path, flags: Sequence[str] = ()) -> Path:
    """The extension, compiled into a folder, with more flags for compiler and linker if given.

    Raises what setuptools raises where there is no compiler.
    """
    from setuptools import Distribution, Extension

    extension = Extension(
        MODULE,
        [os.path.relpath(ROOT / "native" / f"{name}.c") for name in SOURCES],
        define_macros=[("Py_LIMITED_API", LIMITED_API)],
        extra_compile_args=[*flags] if sys.platform == "win32" else [*GCC_FLAGS, *flags],
        extra_link_args=[*flags],
        py_limited_api=True,
    )
    command = Distribution({"name": "cleaner", "ext_modules": [extension]}).get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "objects")
    command.ensure_finalized()
    command.run()
    return Path(command.get_ext_fullpath(MODULE))


def build(into: Path) -> Path | None:
    """The extension, in the package's folder `into`; None without one, and none left there."""
    for old in into.glob("_native*.so"):
        old.unlink()
    if os.environ.get("CLEANER_PURE", "0") not in ("", "0") or sys.implementation.name != "cpython":
        return None
    with tempfile.TemporaryDirectory() as folder:
        try:
            built = built_extension(Path(folder))
        # setuptools' errors have no common class but this, and the package works without the extension
        except Exception as error:
            print(f"without the native core: {error}", file=sys.stderr)
            return None
        # a new file: a process that has the old one open keeps it
        return Path(shutil.copy(built, into / built.name))


def platform_tag() -> str:
    """The wheel's tag of this system, such as macosx_11_0_arm64."""
    from packaging.tags import platform_tags

    # what macOS' compilers are told to build for, where cibuildwheel crosses from one processor to another
    if sys.platform == "darwin" and "_PYTHON_HOST_PLATFORM" in os.environ:
        return sysconfig.get_platform().replace("-", "_").replace(".", "_")
    tags = list(platform_tags())
    return next((tag for tag in tags if tag.startswith("linux")), tags[0])


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # built by hand
    BuildHookInterface = None

if BuildHookInterface is not None:

    class NativeCoreHook(BuildHookInterface[Any]):
        """Puts the extension into a wheel or an editable installation, and its tag on the wheel."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Build, before the files of the wheel are gathered."""
            built = build(ROOT / "cleaner")
            if built is not None:
                build_data["pure_python"] = False
                build_data["tag"] = f"{TAG}-{platform_tag()}"
                build_data["artifacts"].append(f"cleaner/{built.name}")


if __name__ == "__main__":
    sys.exit(0 if build(ROOT / "cleaner") else 1)
