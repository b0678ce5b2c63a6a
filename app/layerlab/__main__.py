"""`python -m app`: the command `layerlab` from a clone, and where a bundle begins."""

import sys

from app.core.program import begin

if __name__ == "__main__":
    begin()
    from app.cli import main

    sys.exit(main())
