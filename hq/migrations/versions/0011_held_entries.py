"""The entries of held pushes as rows, so that nobody reads all of them to see whether one is new."""

from base64 import b64decode
from hashlib import sha256

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table and columns, and fill them from the pushes that are held."""
    op.create_table(
        "held_entry",
        sa.Column("device", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("device", "epoch", "hash", "seq", name=op.f("pk_held_entry")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_held_entry_device_epoch_seq"), "held_entry", ["device", "epoch", "seq"])
    op.add_column("held_push", sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("held_push", sa.Column("head_hash", sa.LargeBinary(), nullable=True))
    _fill()
    op.create_index(op.f("ix_held_push_device_epoch_to_seq"), "held_push", ["device", "epoch", "to_seq"])
    op.create_index(
        op.f("ix_held_push_device_state_from_seq_to_seq_bytes"),
        "held_push",
        ["device", "state", "from_seq", "to_seq", "bytes"],
    )


def _fill() -> None:
    connection = op.get_bind()
    push = sa.table("held_push", *map(sa.column, ("device", "digest", "body", "bytes", "head_hash")))
    entry = sa.table("held_entry", *map(sa.column, ("device", "epoch", "hash", "seq", "digest")))
    names = connection.execute(
        sa.select(push.c.device, push.c.digest).order_by(sa.column("received_ms"))
    ).all()
    seen = set()
    for device, digest in names:  # one at a time, since they may be a quarter of a gigabyte
        of = push.c.device == device, push.c.digest == digest
        body = connection.execute(sa.select(push.c.body).where(*of)).scalar_one()
        sent = orjson.loads(body)
        head_hash = b64decode(sent["head"]["hash"])
        connection.execute(sa.update(push).where(*of).values(bytes=len(body), head_hash=head_hash))
        last, rows = b64decode(sent["prev_hash"]), []
        for seq, written in enumerate(sent["entries"], start=sent["from_seq"]):
            each = b64decode(written)
            last = sha256(b"LJ1" + last + len(each).to_bytes(4, "big") + each).digest()
            place = {"device": device, "epoch": sent["epoch"], "hash": last, "seq": seq}
            if tuple(place.values()) not in seen:
                seen.add(tuple(place.values()))
                rows.append(place | {"digest": digest})
        if rows:
            connection.execute(sa.insert(entry), rows)
