"""Owns `provfin serve`: which release is served, with which settings, and how the server is run and stopped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from provfin.assets import find_assets
from provfin.commands.console import say
from provfin.commands.publishing import publish_or_keep
from provfin.release import Release, shorten_hash
from provfin.settings import Settings, list_settings, read_settings

# For workers, files and connections that are being refused.
_MORE_DESCRIPTORS = 1024
_EPILOG_START = "Settings by the environment, in brackets their defaults:"


def serve_release(
    host: Annotated[str | None, typer.Option(help="The address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on. [default: 8000]")] = None,
    sources: Annotated[
        Path | None, typer.Option(help="The folder of the reports' source texts, for reading them beside the facts.")
    ] = None,
) -> None:
    """Validate the data, publish a release if there is something new, and serve the newest."""
    settings = read_settings(host=host, port=port, sources=sources)
    release = publish_or_keep(find_assets())
    where = settings.base_url or f"http://{settings.host}:{settings.port}/"
    say(f"ProvFin serves release {shorten_hash(release.hash)} at {where}")
    run_server(release, settings)


def make_epilog() -> str:
    """Return the settings as the help of the command shows them."""
    return "\n\n".join([_EPILOG_START, *_list_lines()])


def _list_lines() -> Iterator[str]:
    for name, default, meaning in list_settings():
        yield f"{name}  {meaning}{f' [{default}]' if default else ''}"


def run_server(release: Release, settings: Settings) -> None:
    """Serve a release until a signal ends it; what is being answered then may end within the queries' deadline."""
    import uvicorn

    from provfin.web.app import create_app
    from provfin.web.listening import make_protocol
    from provfin.web.pages import has_scripts

    if not has_scripts():
        say("Charts and the query editor are missing: their scripts are not built; in a checkout, run make scripts")
    _allow_descriptors(settings.connections)
    uvicorn.run(
        create_app(release, settings),
        host=settings.host,
        port=settings.port,
        http=make_protocol(settings.idle_seconds, settings.connections),
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.query_seconds,
        forwarded_allow_ips=settings.proxies,
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def _allow_descriptors(connections: int) -> None:
    """Let the process have as many open files as it may need, as far as the system lets it: each connection is one."""
    try:
        import resource
    except ImportError:  # there is no such limit on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _MORE_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
