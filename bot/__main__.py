"""`python -m bot` is `mailsettings`."""

import sys

from bot.cli import main

sys.exit(main())
