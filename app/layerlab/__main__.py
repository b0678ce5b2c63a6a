"""`python -m layerlab`: the command `layerlab`, and where a bundle begins."""

import sys

from layerlab.core.program import begin

if __name__ == "__main__":
    begin()
    from layerlab.cli import main

    sys.exit(main())
