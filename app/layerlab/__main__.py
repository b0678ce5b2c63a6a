"""`python -m layerlab`: the command `layerlab`, and where a bundle begins."""

from layerlab.core.program import begin

if __name__ == "__main__":
    begin()
    from layerlab.cli import run

    run()
