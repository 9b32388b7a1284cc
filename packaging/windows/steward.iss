; The installer for Windows; built by build.ps1. Untested: see packaging/README.md.
[Setup]
AppName=Steward
AppVersion={#Version}
AppPublisher=Steward contributors
DefaultDirName={autopf}\Steward
DefaultGroupName=Steward
PrivilegesRequired=lowest
LicenseFile=..\..\LICENSE
OutputDir=..\..\build\package
OutputBaseFilename=steward-{#Version}-setup
SetupIconFile=..\..\build\package\icons\steward.ico
UninstallDisplayIcon={app}\steward-window.exe
Compression=lzma2
SolidCompression=yes
ArchitecturesInstallIn64BitMode=x64compatible

[Tasks]
Name: autostart; Description: "Start Steward when I sign in"; Flags: unchecked

[Files]
Source: "..\..\build\package\steward\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Steward"; Filename: "{app}\steward-window.exe"
Name: "{userstartup}\Steward"; Filename: "{app}\steward-window.exe"; Tasks: autostart
