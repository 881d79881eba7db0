"""Which rules does a look at one folder follow: its mode and filters, what its remote tells apart, what was unseen?"""

import os

from helix.core.cases import Mode, Rules
from helix.core.ignore import FILE_NAME, Ignore
from helix.core.names import fold_accents, fold_case
from services.sync import files
from services.sync.apply.errors import LocalFailed
from services.sync.remotes.remote import Features
from services.sync.settle import Settler
from services.sync.stamped import Tools


def filters_of(root: str) -> Ignore:
    """What `.helixignore` of the folder says. Blocking. Raises `LocalFailed` if it is there and can't be read."""
    try:
        with open(files.full(root, FILE_NAME), encoding="utf-8", errors="replace") as file:
            return Ignore(file)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return Ignore()
    except OSError as error:
        raise LocalFailed(
            f"{FILE_NAME} can't be read: {error.strerror}",
            remedy="correct its permissions, or remove it: nothing is synced while it is not known what to leave out",
        ) from error


def rules_of(root: str, mode: Mode, features: Features, settler: Settler, tools: Tools) -> Rules:
    """The rules of one look; what could not be seen is known when both sides were walked to their ends."""
    remote_folds = None
    if not features.case_sensitive:
        remote_folds = fold_case
    elif features.normalises_unicode:
        remote_folds = fold_accents
    return Rules(
        mode=mode,
        ignored=tools.ignored,
        unsettled=settler.unsettled,
        unseen_local=tools.witness.unseen,
        unseen_remote=tools.there.unseen,
        holding_local=tools.witness.holding,
        holding_remote=tools.there.holding,
        etag_is_identity=features.etag_is_identity,
        local_folds=fold_case if _folds_case(root) else None,
        remote_folds=remote_folds,
    )


def _folds_case(root: str) -> bool:
    """Whether the local file system takes `a` and `A` for one name; asked of Helix's own directory."""
    return os.path.isdir(f"{root}/.helix") and os.path.isdir(f"{root}/.HELIX")
