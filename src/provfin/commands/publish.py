"""Owns the command that publishes a release into a store elsewhere."""

import asyncio
from typing import Annotated

import typer

from provfin.assets import find_assets, find_releases_folder
from provfin.commands.console import say, working
from provfin.commands.publishing import publish_valid
from provfin.errors import InputError
from provfin.release import open_release, shorten_hash
from provfin.settings import read_settings


def publish_to_store(
    store: Annotated[
        str | None, typer.Option(help="The store's SPARQL endpoint, where it answers queries. [PROVFIN_STORE]")
    ] = None,
    graph_store: Annotated[
        str | None,
        typer.Option(
            "--graph-store-url",
            help="Where it takes graphs by the Graph Store Protocol, such as …/store or …/sparql-graph-crud-auth. "
            "[PROVFIN_GRAPH_STORE]",
        ),
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="A release by the start of its hash, or newest; else the data.")
    ] = None,
) -> None:
    """Publish a release into a SPARQL 1.1 store elsewhere, and prove that it is there whole.

    The account is set by PROVFIN_STORE_USER and PROVFIN_STORE_PASSWORD. Publishing again what is there changes nothing.
    """
    settings = read_settings(store=store, graph_store=graph_store)
    if settings.store is None:
        raise InputError("no store is named", where="provfin publish", repair="give --store or set PROVFIN_STORE")
    if settings.graph_store is None:
        repair = "give --graph-store-url or set PROVFIN_GRAPH_STORE; docs/other-stores.md has it for five stores"
        raise InputError("the address that takes graphs is missing", where="provfin publish", repair=repair)
    chosen = publish_valid(find_assets()) if release is None else open_release(find_releases_folder(), release)
    from provfin.remote import publish_release

    with working("Publishing"):
        done = asyncio.run(publish_release(chosen, str(settings.graph_store), settings))
    what = "is published" if done.is_new else "was there already, whole"
    held = f"{done.quads} quads in {len(chosen.graphs)} graphs, {done.figures} figures"
    say(f"release {shorten_hash(chosen.hash)} {what}: {held}")
