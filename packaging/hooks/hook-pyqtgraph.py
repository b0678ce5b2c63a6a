"""What a bundle takes of pyqtgraph beside its imports: nothing.

In place of PyInstaller's own hook, which imports all of pyqtgraph to find templates of windows
and takes its pictures and colour maps along. `contents.py` finds the modules that are used.
"""
