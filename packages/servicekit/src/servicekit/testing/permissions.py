"""The completeness of a permission table, for every service's tests."""

from flask import Flask

from servicekit.permissions import Permissions


def gaps(app: Flask, permissions: Permissions) -> list[str]:
    """What is wrong between an application's operations and its table, in words; empty when nothing is."""
    document = app.test_client().get("/openapi.json").get_json()
    served = {
        operation["x-operation"]: f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "x-operation" in operation
    }
    missing = [f"{place}: no row for {name}" for name, place in served.items() if name not in permissions]
    return sorted(missing)
