#!/bin/sh
# A disk image with Layerlab.app, of a bundle that was built on macOS (`make bundle`).
# Not yet run (packaging/README.md): sh packaging/macos/make_dmg.sh [full]
set -eu
cd "$(dirname "$0")/../.."
name=layerlab
if [ "${1:-lite}" = full ]; then name=layerlab-full; fi
version=$(.venv/bin/python -c 'import layerlab; print(layerlab.__version__)')
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R dist/Layerlab.app "$stage/"
ln -s /Applications "$stage/Applications"
hdiutil create -volname Layerlab -srcfolder "$stage" -format ULFO -ov \
	"dist/$name-$version-macos-$(uname -m).dmg"
