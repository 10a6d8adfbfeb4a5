"""Console people."""

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Nothing yet."""
