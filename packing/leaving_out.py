"""What stays out of the packed folder: other programs' parts, plugins that no station loads, the system's libraries.

Pure, and read by tillside.spec. PyInstaller takes along every library that it sees loaded, Debian's own among them.
Those come by `Depends` (control.py), so that a shop gets Debian's security updates for them.
"""

import re

OURS = ("app", "resources", "scanner", "sync", "ui")
BY_NAME = [
    "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets",
]  # which pyqtgraph imports in the same way, wanted or not
# Head office, the demo and what developers need. Function-level imports of the commands would bring it all along.
EXCLUDED = [
    "hq", "app.demo", "ui.gallery", "tests", "bench",
    "alembic", "sqlalchemy", "psycopg", "pyarrow", "uvloop", "httptools",
    "pytest", "_pytest", "hypothesis", "mypy", "setuptools", "pip", "tkinter", "psutil", "yaml", "readline",
    "zstandard.backend_cffi", "zstandard._cffi",  # the one written in C is taken
    "IPython", "matplotlib", "pandas", "scipy", "PIL",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtNetwork",
]  # fmt: skip

# Of Qt: a station draws by the processor, on X11 or Wayland, and lets people type by compose or ibus.
PLUGINS_LEFT_OUT = re.compile(
    r"plugins/(egldeviceintegrations|generic|networkinformation|platformthemes|qmllint|qmltooling|sqldrivers|tls|"
    r"vectorimageformats|wayland-graphics-integration-\w+|"
    r"wayland-shell-integration/lib(fullscreen|ivi|qt|wl)-shell|xcbglintegrations|"
    r"platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)|"
    r"platforminputcontexts/libqtvirtualkeyboard|imageformats/libq(gif|icns|pdf|tga|tiff|wbmp|webp))"
)
LIBRARIES_LEFT_OUT = re.compile(r"libQt6(Qml|Quick|VirtualKeyboard|Network|Pdf|EglF|WlShell)")
# Versions and entry points are asked for; the rest says where somebody installed from, and lists what is not here.
OF_INSTALLING = re.compile(r"\.dist-info/(?!METADATA$|entry_points\.txt$)")
TRANSLATIONS_OF_QT = "PySide6/Qt/translations"
LANGUAGES = ("en", "id", "ko", "root", "ru", "tr")  # Babel knows hundreds, at 30 MB
BABEL = "babel/locale-data/"

OF_THE_SYSTEM = re.compile(r"^(/usr)?/lib(32|64|x32)?/(?!python)")  # and not what Debian's Python itself is
PYTHON_ITSELF = "libpython"


def is_left_out(module: str) -> bool:
    """Tell whether a module is one of those that stay out, or within one of them."""
    return any(module == name or module.startswith(f"{name}.") for name in EXCLUDED)


def is_wanted(target: str, source: str, kind: str) -> bool:
    """Tell whether a file goes into the folder; `target` is where, `source` where it comes from."""
    target = target.replace("\\", "/")
    if PLUGINS_LEFT_OUT.search(target) or LIBRARIES_LEFT_OUT.search(target) or TRANSLATIONS_OF_QT in target:
        return False
    if OF_INSTALLING.search(target):
        return False
    if BABEL in target:
        return target.removesuffix(".dat").rpartition("/")[2] in LANGUAGES
    return kind == "SYMLINK" or not is_of_system(target, source)


def is_of_system(target: str, source: str) -> bool:
    """Tell whether a library comes from Debian's own packages."""
    return bool(OF_THE_SYSTEM.match(source)) and PYTHON_ITSELF not in target
