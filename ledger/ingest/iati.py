"""IATI: transactions, budgets and planned disbursements out of activity files, version 2, as they stream by.

Each becomes a record with the members of ``MEMBERS``; what the transaction does not say itself is taken from its
activity, as the standard has it (currency, recipient, sector, types of flow, finance and aid). An activity of several
recipients has none in particular: percentages are its authors' wish, and no transaction is split by them. Whether
parents and children both report a flow is not seen here; ``hierarchy`` tells them apart. Source: IATI standard 2.03.
"""

import re
from collections.abc import Iterator
from typing import Final

from ledger.ingest.markup import Element, forget, local, read_elements
from ledger.ingest.sdmx_ml import Members
from ledger.ingest.source import Source

MEMBERS: Final = (
    "element", "activity", "title", "reporting_org", "reporting_org_name", "hierarchy", "activity_status",
    "humanitarian", "type", "status", "ref", "date", "start", "end", "currency", "value_date", "value", "provider",
    "provider_name", "provider_activity", "receiver", "receiver_name", "receiver_activity", "recipient_country",
    "recipient_region", "sector", "flow_type", "finance_type", "aid_type", "description", "updated", "language",
    "planned_start", "actual_start", "planned_end", "actual_end",
)  # fmt: skip
"""What a record has; ``element`` is transaction, budget or planned-disbursement, and ``type`` its code."""

_DATES: Final = {"1": "planned_start", "2": "actual_start", "3": "planned_end", "4": "actual_end"}
_WHOLE: Final = re.compile(r"100(?:\.0*)?")
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_ELEMENTS: Final = frozenset({"transaction", "budget", "planned-disbursement"})


def read_iati(source: Source) -> Iterator[Members]:
    """Yield the transactions, budgets and planned disbursements of a file, activity by activity.

    Raises:
        MalformedError: it is not XML, not a file of activities of version 2, or holds none.
        UnavailableError: lxml is not installed.
    """
    is_root, activities = True, 0
    for event, element in read_elements(source):
        name = local(element.tag)
        if event == "start":
            if is_root:
                is_root = False
                _check_root(element, source)
            continue
        if name == "iati-activity":
            activities += 1
            yield from _activity(element)
            forget(element)
    if not activities:
        raise source.refusal("holds no activity; is it an error message of the service?")


def _check_root(element: Element, source: Source) -> None:
    name, version = local(element.tag), element.get("version")
    if name != "iati-activities":
        raise source.refusal(f"the document is {name[:40]!r} and no file of IATI activities", line=1)
    if version is not None and not version.startswith("2."):
        reason = f"is of IATI version {version[:10]!r}, whose codes mean other things; 2.01 to 2.03 are read"
        raise source.refusal(reason, line=1)


def _activity(activity: Element) -> Iterator[Members]:
    common = _common(activity)
    for child in activity:
        name = local(child.tag)
        if name in _ELEMENTS:
            yield dict.fromkeys(MEMBERS, "") | common | {"element": name} | _flow(child, common)


def _common(activity: Element) -> Members:
    """Return what holds for every flow of an activity."""
    reporting = _first(activity, "reporting-org")
    dates = [
        (child.get("type"), _get(child, "iso-date")[:10]) for child in activity if local(child.tag) == "activity-date"
    ]
    title = _first(_first(activity, "title"), "narrative") if _first(activity, "title") is not None else None
    return {
        **{_DATES[kind]: day for kind, day in dates if kind in _DATES},
        "language": next((value for one in (title, activity) if one is not None and (value := one.get(_LANGUAGE))), ""),
        "activity": _text(_first(activity, "iati-identifier")),
        "title": _narrative(_first(activity, "title")),
        "reporting_org": _get(reporting, "ref"),
        "reporting_org_name": _narrative(reporting),
        "hierarchy": activity.get("hierarchy", "1"),
        "activity_status": _get(_first(activity, "activity-status"), "code"),
        "humanitarian": _truth(activity.get("humanitarian", "")),
        "currency": activity.get("default-currency", ""),
        "updated": activity.get("last-updated-datetime", "")[:10],
        "recipient_country": _only(activity, "recipient-country").upper(),
        "recipient_region": _only(activity, "recipient-region"),
        "sector": _only(activity, "sector"),
        "flow_type": _get(_first(activity, "default-flow-type"), "code"),
        "finance_type": _get(_first(activity, "default-finance-type"), "code"),
        "aid_type": _only(activity, "default-aid-type"),
    }


def _flow(flow: Element, common: Members) -> Members:
    """Return what a flow says itself; what it leaves out stays as its activity has it."""
    value = _first(flow, "value")
    code = _get(_first(flow, "transaction-type"), "code") or flow.get("type", "")
    provider, receiver = _first(flow, "provider-org"), _first(flow, "receiver-org")
    said = {
        "type": code,
        "status": flow.get("status", ""),
        "ref": flow.get("ref", ""),
        "humanitarian": _truth(flow.get("humanitarian", "")),
        "date": _get(_first(flow, "transaction-date"), "iso-date")[:10],
        "start": _get(_first(flow, "period-start"), "iso-date")[:10],
        "end": _get(_first(flow, "period-end"), "iso-date")[:10],
        "currency": _get(value, "currency"),
        "value_date": _get(value, "value-date")[:10],
        "value": _text(value),
        "provider": _get(provider, "ref"),
        "provider_name": _narrative(provider),
        "provider_activity": _get(provider, "provider-activity-id"),
        "receiver": _get(receiver, "ref"),
        "receiver_name": _narrative(receiver),
        "receiver_activity": _get(receiver, "receiver-activity-id"),
        "sector": _only(flow, "sector"),
        "flow_type": _get(_first(flow, "flow-type"), "code"),
        "finance_type": _get(_first(flow, "finance-type"), "code"),
        "aid_type": _only(flow, "aid-type"),
        "description": _narrative(_first(flow, "description")),
    }
    country, region = _only(flow, "recipient-country").upper(), _only(flow, "recipient-region")
    if country or region:  # where the flow names its recipient, that of the activity does not hold beside it
        said |= {"recipient_country": country, "recipient_region": region}
        common = common | {"recipient_country": "", "recipient_region": ""}
    return common | {name: text for name, text in said.items() if text}


def _first(element: Element, name: str) -> Element | None:
    return next((child for child in element if local(child.tag) == name), None)


def _get(element: Element | None, name: str) -> str:
    return (element.get(name) or "").strip() if element is not None else ""


def _text(element: Element | None) -> str:
    return " ".join((element.text or "").split()) if element is not None else ""


def _narrative(element: Element | None) -> str:
    """Return the first wording of a text, on one line."""
    return _text(_first(element, "narrative")) if element is not None else ""


def _only(element: Element, name: str) -> str:
    """Return the one code that an element gives, or nothing where it gives several, or one for a part only.

    Sectors are told in several vocabularies at once; only those of the OECD's committee (1, the default) are looked at.
    """
    found = [child for child in element if local(child.tag) == name]
    if name == "sector":
        found = [child for child in found if child.get("vocabulary", "1") == "1"]
    if len(found) != 1 or _WHOLE.fullmatch(_get(found[0], "percentage") or "100") is None:
        return ""
    return _get(found[0], "code")


def _truth(text: str) -> str:
    return {"1": "true", "0": "false"}.get(text, text)
