"""Recording what somebody was shown of cases, and for outside readers under what authority.

A look at a whole case is recorded by the projection of its kind; these are the other ways to see
something: lists, files, exports.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from portal.casework import kinds
from portal.ledger.services import record
from portal.tenancy.actor import Actor


def record_shown(
    *,
    actor: Actor,
    action: str,
    cases: Collection[int],
    fields: Iterable[str],
    data: Mapping[str, Any],
) -> None:
    """Write one ledger entry for something shown of cases (ids).

    For an outside reader the entry names the organization and the release in force: in its own
    column when there is one, and in ``data["releases"]`` (release id → case ids) when the list
    was shown under several.
    """
    if not actor.is_outside:
        record(actor=actor, action=action, cases=cases, fields=fields, data=data)
        return
    by_release = _by_release(actor, cases)
    several = {"releases": {str(key): sorted(ids) for key, ids in by_release.items()}}
    record(
        actor=actor,
        action=action,
        cases=cases,
        fields=fields,
        disclosed_to=actor.organization_id,
        release=next(iter(by_release)) if len(by_release) == 1 else None,
        data={**data, **(several if len(by_release) > 1 else {})},
    )


def _by_release(actor: Actor, cases: Collection[int]) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for kind in kinds.all_kinds():
        if kind.releases is None or not cases:
            continue
        for case_id, release_id in kind.releases(actor, cases).items():
            found[release_id].append(case_id)
    return found
