"""Runs a command of `longdan` as it stands and prints its processor seconds and its peak memory."""

import sys
import time

from measure import peak_megabytes

from survey.cli.main import main

try:
    main()
except SystemExit as end:
    print(time.process_time(), peak_megabytes())
    sys.exit(end.code)
