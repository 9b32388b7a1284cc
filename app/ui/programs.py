"""Which files a desktop may run, or may be led elsewhere by, when they are opened.

The endings are those that Chromium holds for dangerous or asks about before it opens a download
(``components/safe_browsing/content/resources/download_file_types.asciipb``), those that Outlook
does not let through (Microsoft, "Blocked attachments in Outlook"), the default ``PATHEXT`` of
Windows, and what Launch Services of macOS runs or follows. Archives and disk images are left out,
for what is in them is shown and not run, and so are ``.mat``, ``.out`` and ``.tmp``, which nearly
always hold data.
"""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import Final

_WINDOWS: Final = """
    appcontent-ms application appref-ms bas bat cer chi chm cmd com cpl crt diagcab dll drv exe
    fxp gadget grp hlp hta hpj inf ins isp its jnlp job js jse ksh lnk local mad maf mag mam maq
    mar mas mau mav maw mcf mda mdb mde mdt mdw mdz mmc mof msc msh msh1 msh1xml msh2 msh2xml
    mshxml msi msix msixbundle appx appxbundle appinstaller msp mst msu ocx ops osd paf pcd pif
    pl plg prf prg printerexport ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1 rdp reg rgs scf
    scr sct search-ms searchconnector-ms settingcontent-ms library-ms shb shs slk sys theme
    themepack deskthemepack url vb vbe vbp vbs vhd vhdx vsmacros vsw vxd webpnp website ws
    wsb wsc wsf wsh xbap xll xnk xlam xla cab iqy oqy rqy dqy
"""
_MACOS: Final = """
    action app command configprofile definition fileloc inetloc internetconnect mobileconfig mpkg
    networkconnect osas osax pkg prefpane qlgenerator safariextz saver scpt scptd seplugin
    service term terminal tool webloc wdgt workflow xpc applescript mailloc ftploc afploc
    nfsloc newsloc vncloc
"""
_LINUX: Final = "appimage deb desktop flatpak flatpakref flatpakrepo kdelnk rpm run snap"
_ANYWHERE: Final = "class jar jnlp oxt py pyc pyd pyo pyw pyz pyzw"
_SCRIPTS: Final = "bash csh fish ksh php pl py rb sh tcl tcsh zsh js"
"""A desktop of Linux shows these as text unless they may be executed, which is asked apart."""


def _endings(*lists: str) -> frozenset[str]:
    return frozenset(f".{one}" for words in lists for one in words.split())


_ALL: Final = _endings(_WINDOWS, _MACOS, _LINUX, _ANYWHERE, _SCRIPTS)
_AS_TEXT: Final = _endings(_SCRIPTS)


def may_be_run(name: str, platform: str = sys.platform) -> bool:
    """Whether a file of this name may be run or followed by whoever opens it.

    ``platform`` as in ``sys.platform``. A folder may hold what was made elsewhere: what any
    desktop runs counts everywhere, but for scripts, which are read on Linux.
    """
    # Windows takes no notice of dots and blanks at the end of a name.
    ending = PurePath(name.rstrip(". ")).suffix.lower()
    return ending in _ALL and not (platform == "linux" and ending in _AS_TEXT)
