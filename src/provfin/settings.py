"""Owns the settings of a server: what can be set by the environment, in which unit, with which default.

Every setting is the variable `PROVFIN_<NAME>`. Refuses a value out of its range, naming the variable.
"""

import os
from collections.abc import Iterator
from typing import Literal

from pydantic import DirectoryPath, Field, HttpUrl, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from provfin.errors import InputError

PREFIX = "PROVFIN_"


def _count_workers() -> int:
    # One more than can run at once: while one answer is sent, another is made.
    return (os.cpu_count() or 1) + 1


class Settings(BaseSettings):
    """The settings of a server; a number is in the unit its description names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on")
    base_url: HttpUrl | None = Field(
        default=None,
        description="public address, such as https://data.example.org/provfin/; else what the client asked for",
    )
    query_seconds: int = Field(default=30, ge=1, le=3600, description="seconds a query may take")
    query_megabytes: int = Field(default=1024, ge=64, description="megabytes a query may take beside the data")
    answer_megabytes: int = Field(default=64, ge=1, description="megabytes an answer may have")
    workers: int = Field(
        default_factory=_count_workers,
        ge=1,
        le=256,
        description="queries that run at once while they are quick; else one more than there are processors",
    )
    slow_workers: int = Field(
        default=4, ge=1, le=256, description="queries that run at once beyond their first half second"
    )
    waiting: int = Field(default=256, ge=0, description="queries that may wait for a worker")
    cache_megabytes: int = Field(default=64, ge=0, description="megabytes of answers kept to be given again")
    requests_per_minute: int = Field(
        default=600,
        ge=0,
        description="requests a client may make in a minute, 0 for any number; loopback is never counted",
    )
    proxies: str = Field(default="127.0.0.1", description="addresses of proxies whose X-Forwarded headers are trusted")
    connections: int = Field(default=1000, ge=1, description="connections that are open at once")
    idle_seconds: int = Field(
        default=15,
        ge=1,
        description="seconds a connection may take to send a request, or to take 10 kB of an answer for each",
    )
    services: str = Field(default="", description="addresses SERVICE may ask, separated by spaces; none unless named")
    old_releases: int = Field(default=2, ge=0, description="older releases kept ready at once")
    sources: DirectoryPath | None = Field(
        default=None, description="folder of the reports' source texts, for reading them beside the facts"
    )
    store: HttpUrl | None = Field(
        default=None, description="SPARQL 1.1 endpoint to ask instead of this machine's workers"
    )
    graph_store: HttpUrl | None = Field(
        default=None, description="where that endpoint takes graphs, for provfin publish: its Graph Store Protocol"
    )
    store_user: str = Field(default="", description="user of that endpoint")
    store_password: str = Field(default="", description="password of that endpoint", repr=False)
    log: Literal["auto", "json", "text", "off"] = Field(
        default="auto", description="form of the log: auto is text on a terminal, else JSON; text, json, off"
    )


def read_settings(**given: object) -> Settings:
    """Return the settings of the environment, with those given in their place; raises `InputError` for a bad value."""
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**chosen)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{first['loc'][0]}".upper()
        raise InputError(first["msg"], where=name, repair="provfin serve --help lists the settings") from error


def list_settings() -> Iterator[tuple[str, str, str]]:
    """Yield each variable, its default and what it sets."""
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or field.default_factory is not None else str(field.default)
        yield f"{PREFIX}{name}".upper(), default, field.description or ""
