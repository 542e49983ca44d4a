"""Owns a SPARQL 1.1 store elsewhere: publishing a release into it, and answering queries through it.

Whatever the store, the answers are to be those of this machine's own engine, so every query is sent with its dataset
written out, answers are taken in one format only and written anew, and what came incomplete is refused. Refuses to
answer from a store that does not hold the release served, whole.
"""

from provfin.remote.publication import Publication, publish_release
from provfin.remote.store import RemoteStore

__all__ = ["Publication", "RemoteStore", "publish_release"]
