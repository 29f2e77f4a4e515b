"""`python -m tests.bench.installed MODULE ...`: run a module as where nobody develops.

structlog loads `rich` wherever it is: several megabytes that only a developer's environment has.
"""

import runpy
import sys


def main() -> None:
    """Run the module that the arguments name, with the arguments that follow it."""
    sys.modules["rich"] = None
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
