"""Owns publishing what is in the files: a release is made only of what is valid."""

import sys

import typer

from provfin.assets import Assets, find_releases_folder
from provfin.commands.console import say, working
from provfin.commands.validate import sum_up
from provfin.errors import InputError
from provfin.findings import is_as_bad
from provfin.formats import Format, render
from provfin.release import Release, gather_content, hash_files, is_validated, mark_validated, open_newest, publish
from provfin.validation import validate


def publish_valid(assets: Assets) -> Release:
    """Publish what is in the files if it is valid; exit with 1 when it is not."""
    folder = find_releases_folder()
    content = gather_content(assets)
    rules = hash_files([*assets.shapes.glob("*.ttl"), *assets.checks.glob("*.rq")])
    if not is_validated(folder, content, rules):
        with working("Validating"):
            findings = validate()
        sys.stdout.write(render(findings, Format.text, []))
        say(sum_up(findings))
        if any(is_as_bad(finding, "violation") for finding in findings):
            raise typer.Exit(1)
        mark_validated(folder, content, rules, findings)
    return publish(folder, content)


def publish_or_keep(assets: Assets) -> Release:
    """Publish what is in the files; where they are bad, keep to the last good release if there is one."""
    try:
        return publish_valid(assets)
    except (InputError, typer.Exit) as error:
        try:
            release = open_newest(find_releases_folder())
        except InputError:
            raise error from None
        reason = str(error) if isinstance(error, InputError) else "the data break the shapes"
        say(f"warning: {reason}; serving the last good release instead")
        return release
