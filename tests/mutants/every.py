"""All mutants there are."""

from __future__ import annotations

from typing import Final

from tests.mutants.albums import ALBUM_MUTANTS
from tests.mutants.bridge import BRIDGE_MUTANTS
from tests.mutants.calls import CALL_MUTANTS
from tests.mutants.catalogue import MUTANTS, Mutant
from tests.mutants.channels import CHANNEL_MUTANTS
from tests.mutants.drive import DRIVE_MUTANTS
from tests.mutants.drive_files import DRIVE_FILE_MUTANTS
from tests.mutants.google import GOOGLE_MUTANTS
from tests.mutants.resilience import RESILIENCE_MUTANTS
from tests.mutants.secrets import SECRET_MUTANTS
from tests.mutants.serving import SERVING_MUTANTS

EVERY: Final[tuple[Mutant, ...]] = (
    *MUTANTS,
    *SECRET_MUTANTS,
    *CALL_MUTANTS,
    *RESILIENCE_MUTANTS,
    *DRIVE_MUTANTS,
    *DRIVE_FILE_MUTANTS,
    *GOOGLE_MUTANTS,
    *CHANNEL_MUTANTS,
    *ALBUM_MUTANTS,
    *SERVING_MUTANTS,
    *BRIDGE_MUTANTS,
)
