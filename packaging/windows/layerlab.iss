; Inno Setup 6: an installer for one user, who needs no administrator.
; Not yet run (packaging/README.md). With dist\layerlab built on Windows:
;   python packaging\icons.py build\icons
;   iscc /DVersion=0.1.0 /DName=layerlab packaging\windows\layerlab.iss
; The version is that of app\layerlab\__init__.py; the workflow hands it over.

#ifndef Name
  #define Name "layerlab"
#endif

[Setup]
AppId={{5C0E5B7E-6C1B-4C0B-9F0E-2F6B1B6A7A11}
AppName=Layerlab
AppVersion={#Version}
AppPublisher=The Layerlab developers
DefaultDirName={autopf}\Layerlab
DefaultGroupName=Layerlab
PrivilegesRequired=lowest
DisableProgramGroupPage=yes
ChangesAssociations=yes
Compression=lzma2/ultra64
SolidCompression=yes
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
SetupIconFile=..\..\build\icons\layerlab.ico
UninstallDisplayIcon={app}\layerlab.exe
OutputDir=..\..\dist
OutputBaseFilename={#Name}-{#Version}-windows-x64

[InstallDelete]
; An update must not leave modules of the version before.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\..\dist\{#Name}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Layerlab"; Filename: "{app}\layerlab.exe"

[Registry]
Root: HKCU; Subkey: "Software\Classes\.layerlab"; ValueType: string; ValueData: "Layerlab.Lab"; Flags: uninsdeletevalue
Root: HKCU; Subkey: "Software\Classes\Layerlab.Lab"; ValueType: string; ValueData: "Layerlab lab"; Flags: uninsdeletekey
Root: HKCU; Subkey: "Software\Classes\Layerlab.Lab\DefaultIcon"; ValueType: string; ValueData: "{app}\layerlab.exe,0"
Root: HKCU; Subkey: "Software\Classes\Layerlab.Lab\shell\open\command"; ValueType: string; ValueData: """{app}\layerlab.exe"" ""%1"""

[Run]
Filename: "{app}\layerlab.exe"; Description: "Open Layerlab"; Flags: nowait postinstall skipifsilent
