"""Everything that turns what a cashier holds in front of the station into text.

Text goes out and nothing of ours comes in: no Qt, no module of `app`, so that every source can be
tried and measured alone. What a text means is `app.core.codes`' business.
"""

import os

# Pictures are prepared on one thread each: pools beside it would hold memory on a till, and spin where it is busy.
# Read when numpy is loaded, so it stands here, before any of our modules loads it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
