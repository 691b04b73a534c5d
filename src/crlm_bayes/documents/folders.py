"""Where the bundled studies and analyses are, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def _bundled(inside_wheel: str, in_checkout: str) -> Path:
    wheel = _PACKAGE / "_bundled" / inside_wheel
    return wheel if wheel.is_dir() else _PACKAGE.parents[1] / in_checkout


def published_folder() -> Path:
    """Folder of the bundled study documents."""
    return _bundled("published", "data/published")


def models_folder() -> Path:
    """Folder of the bundled analysis documents."""
    return _bundled("models", "models")


def shown(path: Path) -> Path:
    """Write a path relative to the working folder where it lies inside."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path


def folders(data: str | Path | None = None, models: str | Path | None = None) -> tuple[Path, Path]:
    """Folders of studies and of analyses: those given, else the bundled ones; as they are shown in messages."""
    return shown(Path(data) if data else published_folder()), shown(Path(models) if models else models_folder())
