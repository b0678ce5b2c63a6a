"""`python -m app` from a clone: the command `layerlab`, as `python -m layerlab` is."""

import runpy
import sys

sys.path.insert(0, __file__.removesuffix("__main__.py"))
runpy.run_module("layerlab", run_name="__main__", alter_sys=True)
