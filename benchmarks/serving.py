"""Serves a site, without the limits of requests of one address, on a free port that it prints."""

import logging
import sys
from pathlib import Path

from survey.app import create_app
from survey.cli.serve import listen
from survey.config import open_home

logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # eight at once is what is measured
server = listen(create_app(open_home(Path(sys.argv[1])), limited=False), "127.0.0.1", 0)
print(server.effective_port, flush=True)
server.run()
