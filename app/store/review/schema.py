"""The tables of the derived file. Another form of them, or of what stands in them, is another FORM: it is made anew.

An `action` is an entry of the journal, with an order those of its redemptions and refusals. Nobody's name, no code and
no card stands in it: members by their references, staff by their ids, offers by their rules.
"""

FORM = 2

# Days are numbers as `date.toordinal` has them, local to the store; amounts minor units, times UTC ms.
TABLES = (
    "CREATE TABLE meta (k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE action (
        seq INTEGER PRIMARY KEY,  -- of the entry; of one that was carried over, of the one that carries it
        last_seq INTEGER NOT NULL,  -- of the last redemption or refusal that belongs to an order
        at_ms INTEGER NOT NULL,
        day INTEGER NOT NULL,
        hour INTEGER NOT NULL,
        kind TEXT NOT NULL,       -- the entry's type
        order_id TEXT NOT NULL,   -- or the id of what was put on a gift card
        member TEXT NOT NULL,
        total INTEGER NOT NULL,   -- below 0 what came back, here and in the next four
        discount INTEGER NOT NULL,
        earned INTEGER NOT NULL,  -- points
        spent INTEGER NOT NULL,   -- points
        cards INTEGER NOT NULL,   -- what gift cards paid
        put_on INTEGER NOT NULL,  -- a gift card
        redeemed INTEGER NOT NULL,  -- how many redemptions belong to it
        refused INTEGER NOT NULL,   -- and how many refusals
        staff TEXT NOT NULL,
        approver TEXT NOT NULL,
        why TEXT NOT NULL,        -- of the approval
        register TEXT NOT NULL,
        is_online INTEGER NOT NULL,
        combo INTEGER NOT NULL,   -- what offers
        what TEXT NOT NULL,       -- in a word, where a type has several: begin, training, pin_lock, a reason
        about INTEGER,            -- the number of the entry that it speaks of
        word INTEGER NOT NULL,    -- HQ's: 0 none, 1 posted, 2 to be looked at, here or at one that belongs to it
        undone TEXT NOT NULL,     -- of an order: void, return
        former_epoch INTEGER,     -- of what was carried over: where it stood
        former_seq INTEGER
    ) STRICT
    """,
    # What offers an action gave, took back or refused: as often as it occurs, it stands here once.
    """
    CREATE TABLE combo (
        id INTEGER PRIMARY KEY,
        offers TEXT NOT NULL,     -- JSON list of rules, given or taken back
        refused TEXT NOT NULL,    -- JSON list of pairs: rule, and the code of the reason that was shown
        UNIQUE (offers, refused)
    ) STRICT
    """,
    # HQ's newest word on entries that it wants looked at.
    """
    CREATE TABLE look (
        seq INTEGER PRIMARY KEY,
        action INTEGER NOT NULL,
        word TEXT NOT NULL,
        flags TEXT NOT NULL,
        at_ms INTEGER NOT NULL
    ) STRICT
    """,
    # Whose hands occur.
    "CREATE TABLE staff (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    "CREATE INDEX action_by_order ON action (order_id) WHERE order_id <> ''",
    "CREATE INDEX action_by_day ON action (day, kind)",
    "CREATE INDEX action_by_member ON action (member) WHERE member <> ''",
    "CREATE INDEX action_about ON action (about) WHERE about IS NOT NULL",
    "CREATE INDEX look_by_action ON look (action)",
)
ACTION = (
    "seq", "last_seq", "at_ms", "day", "hour", "kind", "order_id", "member", "total", "discount", "earned", "spent",
    "cards", "put_on", "redeemed", "refused", "staff", "approver", "why", "register", "is_online", "combo", "what",
    "about", "word", "undone", "former_epoch", "former_seq",
)  # fmt: skip
