"""Where the pages of runs hang."""

from flask import Blueprint

blueprint = Blueprint("runs", __name__)
