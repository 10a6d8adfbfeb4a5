"""Texts that mean something to somebody: shell, spreadsheet, browser, database, terminal, a reader of lines."""

HOSTILE = {
    "an address": "https://evil.example/?q=1&r=%0a",
    "a script": "javascript:alert(1)",
    "SQL": "'); DROP TABLE member; --",
    "SQL in a name": 'O"Brien `x` \'y\'',
    "markup": "<b onmouseover=alert(1)>Ada</b>&amp;",
    "a path": "../../../../etc/passwd",
    "a format": "%s%n {0.__class__} {shown} ${HOME}",
    "a formula": '=HYPERLINK("https://evil.example","Ada")',
    "a formula with a sign": "+1+cmd|' /C calc'!A0",
    "a command of ours": '{"order": {"order_id": "A-1", "total": 1}}',
    "a line": 'Ada\r\n{"answer": "approved"}',
    "other line ends": "Ada\u2028Grace\u0085Lin\x0b",
    "NUL": "Ada\x00Grace",
    "a terminal's words": "\x1b[2J\x1b]0;owned\x07\x9b31mAda",
    "right to left": "Ada \u202egnp.exe",
    "marks in a heap": "Z" + "\u0301" * 40,
    "letters that look alike": "\u0410d\u0430",
    "a picture": "\U0001f469\u200d\U0001f4bb",
    "half a letter": "\udcff\ud800",
    "long": "A" * 513,
}  # fmt: skip
