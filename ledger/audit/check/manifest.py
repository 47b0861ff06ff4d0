"""Step 2: the manifest lists every other member, in order, with its size and digest (design §2.6)."""

from ledger.audit.bundle import AUDIT, MANIFEST, MANIFEST_LIMIT, Listed, Manifest, parse_manifest
from ledger.audit.check.case import Case
from ledger.errors import MalformedError


def check_manifest(case: Case) -> Manifest | None:
    """Step 2. Find members that the manifest lists otherwise than they are."""
    try:
        manifest = parse_manifest(case.bundle.read(MANIFEST, limit=MANIFEST_LIMIT))
    except MalformedError as error:
        case.notes.find(2, "manifest.malformed", MANIFEST, error.message)
        return None
    case.withheld = frozenset(one.name for one in manifest.withheld)
    there = {one.name: Listed(name=one.name, digest=one.digest, size=one.size) for one in case.bundle.members[1:]}
    listed = {one.name: one for one in manifest.members}
    for name in sorted(there.keys() | listed.keys()):
        if there.get(name) != listed.get(name):
            sentence = f"The manifest does not list {name} with the digest and size that it has here."
            case.notes.find(2, "manifest.mismatch", name, sentence)
    if not case.notes.findings and [one.name for one in manifest.members] != list(there):
        case.notes.find(2, "manifest.order", MANIFEST, "The manifest does not list the members once each, in order.")
    for name in sorted(case.withheld & there.keys() - {AUDIT}):
        case.notes.find(2, "manifest.withheld", name, f"The manifest says that {name} is withheld, and it is here.")
    return manifest
