#!/usr/bin/env bash
# Builds Steward.app and Steward-VERSION.dmg on a Mac. Untested: see packaging/README.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v hdiutil >/dev/null || { echo "steward: this needs macOS (hdiutil)" >&2; exit 1; }

python3 -I -S packaging/bootstrap.py package
QT_QPA_PLATFORM=offscreen build/package-env/bin/python packaging/build.py

version=$(build/package-env/bin/python -c \
    'import sys; sys.path.insert(0, "packaging"); import recipe; print(recipe.version())')
image="build/package/image"
mkdir "$image"
cp -R build/package/Steward.app "$image/"
cp build/package/steward/THIRD-PARTY-NOTICES.txt LICENSE "$image/"
ln -s /Applications "$image/Applications"

# Without a certificate the app is signed for this machine only, and others ask before they open it.
codesign --force --deep --sign "${STEWARD_SIGN_AS:--}" "$image/Steward.app"
hdiutil create -volname Steward -srcfolder "$image" -format UDZO -ov \
    "build/package/Steward-$version.dmg"
