"""The commands of `layerlab`: one module each, imported when it is called for."""
