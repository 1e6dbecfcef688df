"""The checklist of a group: each rule with its severity, its sentence and its article.

A rule warns rather than forbids where the law leaves room, and the delegate can set it aside with a written reason.
What would tell one group of another (G3) is said to the delegate, or to the structure it bears on, only.
"""

from collections.abc import Iterable
from dataclasses import replace

from procurement.bids.rules.findings import Finding, Severity
from procurement.bids.rules.group import Group
from procurement.bids.rules.grouping import GROUPING_RULES
from procurement.bids.rules.papers import PAPER_RULES
from procurement.bids.rules.supplying import SUPPLYING_RULES

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.REMARK: 2, Severity.OK: 3}


def check_group(group: Group) -> list[Finding]:
    """What every rule says of `group`, heaviest first; findings set aside carry their reason and no longer block."""
    found = [
        _with_waiver(group, finding)
        for rule in (*GROUPING_RULES, *SUPPLYING_RULES, *PAPER_RULES)
        for finding in rule(group)
    ]
    return sorted(found, key=lambda finding: (bool(finding.waived), _WEIGHT[finding.severity]))


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Those of `findings` that keep the group from being announced as composed."""
    return [finding for finding in findings if finding.blocks]


def _with_waiver(group: Group, finding: Finding) -> Finding:
    reason = group.waivers.get((finding.code, finding.member_id), "") if finding.waivable else ""
    return replace(finding, waived=reason, blocks=False) if reason else finding
