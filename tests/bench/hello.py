"""The yardstick: Flask with nothing in it, behind the same server in the same run."""

from flask import Flask


def create_app() -> Flask:
    """One route that answers a short text."""
    app = Flask(__name__)

    @app.get("/")
    def hello() -> str:
        return "hello"

    return app
