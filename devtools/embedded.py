"""Load ``procurement.embedded`` without importing the product, which takes a second.

Import this module, then ``import_module("embedded.postgres")`` and so on.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

NAME = "embedded"
_FOLDER = Path(__file__).resolve().parent.parent / "procurement" / "embedded"


def load() -> None:
    """Make the package importable under the short name ``embedded``."""
    if NAME in sys.modules:
        return
    spec = spec_from_file_location(NAME, _FOLDER / "__init__.py", submodule_search_locations=[str(_FOLDER)])
    if spec is None or spec.loader is None:
        raise ImportError(NAME)
    module = module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)


load()
