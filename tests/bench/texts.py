"""What the page of results says between its tables."""

GOALS = (
    "*Ratio* is ours divided by the peer's. The bare `AsyncApp` is the smallest that acknowledges "
    "and opens the same view: it reads nothing, checks nobody and draws nothing. *Idle* is a bot "
    "of ours without hanging tests, measured in turns with the other."
)
MEMORY = (
    "Memory when ready: with SQLAlchemy (13 MB) and what we need of `cryptography` (9) imported, "
    "and nothing else, a bare `AsyncApp` is at 1.5 of itself already. Ours has dnspython (2), "
    "structlog and prometheus-client (2), the authorities that mail servers are judged by (1) and "
    "its own code and data (11) besides. All of it serves forms, saves and tests; what only first "
    "starts and other databases need, Alembic (11) and psycopg, is not there. Under load, most is "
    "connections to Slack: ours keeps them, a hundred at most."
)
COMMANDS = (
    "`/mailsettings` in HTTP mode, rounds by turns in one run. **Ack**: until the command is "
    "answered. **Window**: until `views.open` has reached Slack, whose Web API speaks TLS here as "
    "there. *sync App* is Bolt's `App` with Flask and gunicorn (one worker, sixteen threads), as "
    "most people write it. *Round trip* is the distance to the Web API, added to every call; a new "
    "connection costs one more, and TLS another. *Lost*: no answer within three seconds, or no "
    "window, after which Slack has given the command up; it counts as 3000 ms. Milliseconds; a "
    "quarter of the samples for the sync App.\n\n"
    "With 16 or 128 at once everybody types again as soon as answer and window are there: a load "
    "that no workspace makes. What counts there is the processor's time for one command: ours "
    "reads a sealed record and draws the form each time, the others send a view that is ready. "
    "Whom it was asked about within half a minute our bot knows; the next table has the others."
)
ACQUAINTANCE = (
    "The first time, the window waits for `users.info`. One who was an admin when Slack was last "
    "asked gets a window at once, and the form in it when Slack has said so again. *Closed*: the "
    "connections to Slack were closed since. Our bot alone; milliseconds."
)
ISOLATION = (
    "Tests wait for the greeting of a server that never says a word, for as long as all this is "
    "measured. Beside them: the command, and a test to a healthy server, from `/mailtest` to "
    "“accepted” in the channel; by turns with the same of an idle bot. Memory is that of "
    "the bot with the hanging tests. At last the server closes all connections at once, and each "
    "test is told in its channel. Slack at no distance; milliseconds."
)
STANDSTILL = (
    "The sync App sends its tests by `smtplib` in the listener, as most people do. Bolt has five "
    "threads for listeners: with five hanging tests no command is answered any more, so that fifty "
    "can't even be begun."
)
MESSAGES = (
    "To Debian's Postfix, with Dovecot behind its logins, on a port with STARTTLS and one with TLS "
    "from the start; AUTH PLAIN with an initial response, one message, by turns. Medians in "
    "milliseconds; swaks' contain its own start. *Round trips*: by how much the last step of "
    "distance lengthens it. Each of our messages told all ten stages apart."
)
STARTS = (
    "From the start of the process to “ready” (for ours: `auth.test` answered, listening, the "
    "database migrated). Medians; memory is what is resident, of gunicorn the worker's. `rich`, "
    "which only developers have, is hidden from all of them."
)
