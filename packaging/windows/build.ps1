# Builds the program folder, and from it an installer (with Inno Setup) or else a .zip.
# Untested: see packaging/README.md.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..\..")

function Run {
    & $args[0] $args[1..($args.Length - 1)]
    if ($LASTEXITCODE -ne 0) { throw "steward: failed: $args" }
}

$environment = "build\package-env"
$python = "$environment\Scripts\python.exe"
if (-not (Test-Path $python)) { Run py -3 -m venv $environment }
Run $python -m pip install --disable-pip-version-check --require-hashes -r requirements-package.lock

$env:QT_QPA_PLATFORM = "offscreen"
Run $python packaging\build.py

$version = & $python -c "import sys; sys.path.insert(0, 'packaging'); import recipe; print(recipe.version())"
$compiler = Get-Command iscc -ErrorAction SilentlyContinue
if ($compiler) {
    Run $compiler.Source "/DVersion=$version" packaging\windows\steward.iss
} else {
    Compress-Archive -Force -Path build\package\steward -DestinationPath "build\package\steward-$version.zip"
    Write-Host "steward: Inno Setup (iscc) was not found: made a .zip instead of an installer"
}
