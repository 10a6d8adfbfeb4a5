"""Alembic's entry: runs the migrations on the connection that hq.schema hands over, inside its transaction."""

from alembic import context

from hq import seen_tables as _seen  # noqa: F401
from hq import touched as _touched  # noqa: F401
from hq.access import tables as _access  # noqa: F401 its tables are of the same metadata
from hq.audit import tables as _audit  # noqa: F401 as are these
from hq.authority import tables as _authority  # noqa: F401
from hq.batches import tables as _batches  # noqa: F401
from hq.benefits import tables as _benefits  # noqa: F401
from hq.campaigns import tables as _campaigns  # noqa: F401
from hq.console import tables as _console  # noqa: F401
from hq.gift_cards import tables as _gift_cards  # noqa: F401
from hq.jobs import tables as _jobs  # noqa: F401
from hq.journal import case_tables as _cases  # noqa: F401
from hq.journal import held_tables as _held  # noqa: F401
from hq.journal import reversal_tables as _reversals  # noqa: F401
from hq.ledger import tables as _ledger  # noqa: F401
from hq.members import tables as _members  # noqa: F401
from hq.reports import tables as _reports  # noqa: F401
from hq.segments import tables as _segments  # noqa: F401
from hq.tables import metadata
from hq.webhooks import tables as _webhooks  # noqa: F401

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
