"""The tables of the derived file. Another form of them, or of what stands in them, is another FORM: it is made anew.

An `action` is an entry of the journal, with an order those of its redemptions and refusals. Nobody's name, no code and
no card stands in it: members by their references, staff by their ids, offers by their rules.
"""

FORM = 1

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
        what TEXT NOT NULL,       -- in a word, where a type has several: begin, training, pin_lock, a reason
        about INTEGER,            -- the number of the entry that it speaks of
        word INTEGER NOT NULL,    -- HQ's: 0 none, 1 posted, 2 to be looked at, here or at one that belongs to it
        undone TEXT NOT NULL,     -- of an order: void, return
        former_epoch INTEGER,     -- of what was carried over: where it stood
        former_seq INTEGER
    ) STRICT
    """,
    """
    CREATE TABLE offer (
        seq INTEGER NOT NULL,     -- of the action
        nth INTEGER NOT NULL,
        day INTEGER NOT NULL,
        rule TEXT NOT NULL,
        campaign TEXT NOT NULL,
        given INTEGER NOT NULL,   -- 1 given, 0 refused, -1 taken back
        is_presented INTEGER NOT NULL,  -- a code was shown for it, or somebody picked it
        discount INTEGER NOT NULL,  -- below 0 what was taken back
        points INTEGER NOT NULL,    -- that it cost
        reasons TEXT NOT NULL,      -- codes of the refusal, the one shown in front
        PRIMARY KEY (seq, nth)
    ) STRICT, WITHOUT ROWID
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
    # Who and what occurs: `staff`, `rule`.
    "CREATE TABLE seen (what TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (what, id)) STRICT, WITHOUT ROWID",
    "CREATE INDEX action_by_order ON action (order_id) WHERE order_id <> ''",
    "CREATE INDEX action_by_day ON action (day, kind)",
    "CREATE INDEX action_by_member ON action (member) WHERE member <> ''",
    "CREATE INDEX action_about ON action (about) WHERE about IS NOT NULL",
    "CREATE INDEX offer_by_rule ON offer (rule, given, day, discount)",
    "CREATE INDEX look_by_action ON look (action)",
)
ACTION = (
    "seq", "last_seq", "at_ms", "day", "hour", "kind", "order_id", "member", "total", "discount", "earned", "spent",
    "cards", "put_on", "redeemed", "refused", "staff", "approver", "why", "register", "is_online", "what", "about",
    "word", "undone", "former_epoch", "former_seq",
)  # fmt: skip
OFFER = ("seq", "nth", "day", "rule", "campaign", "given", "is_presented", "discount", "points", "reasons")
