"""Serves the floor of sending: parse fifteen answers, check the form's token, insert one row, redirect."""

import logging
import secrets
import sys
from pathlib import Path

from flask import Flask, redirect, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert
from werkzeug import Response

from survey.cli.serve import listen
from survey.config import open_home
from survey.stores import open_stores

NAMES = [f"q{number:02}" for number in range(1, 16)]
answers = Table(
    "bare",
    MetaData(),
    Column("id", LargeBinary(16), primary_key=True),
    *(Column(name, Integer, nullable=False) for name in NAMES),
)

app = Flask(__name__)
app.config.update(SECRET_KEY=secrets.token_bytes(32), WTF_CSRF_TIME_LIMIT=None)
CSRFProtect(app)
store = open_stores(open_home(Path(sys.argv[1]))).main
answers.create(store.engine)


@app.get("/")
def form() -> str:
    """The token that the form carries."""
    return generate_csrf()


@app.post("/")
def keep() -> Response:
    """One row, committed before the redirect."""
    row = {name: int(request.form[name]) for name in NAMES}
    with store.writing() as connection:
        connection.execute(insert(answers).values(id=secrets.token_bytes(16), **row))
    return redirect("/thanks", 303)


logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # eight at once is what is measured
server = listen(app, "127.0.0.1", 0)
print(server.effective_port, flush=True)
server.run()
