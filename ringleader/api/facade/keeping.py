"""Keep: the audit log, the end of data, backups and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringleader.api.facade.base import Base

if TYPE_CHECKING:
    from ringleader.audit_chain import AuditCheck


class Keeping(Base):
    """Methods that care for the data folder and for how long data are kept."""

    def verify_audit(self) -> AuditCheck:
        """Check the chain of the audit log; no database is needed.

        Raises:
            InputError: The key of the log is missing.
        """
        from ringleader.audit_chain import verify

        return verify(self.settings.home)
