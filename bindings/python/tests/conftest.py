"""What the tests decide with."""

from __future__ import annotations

import pytest

from cutover import Engine

RULESET = """
cutover: 1
segments:
  large_customers: { if: { attribute: tenant.tier, in: [enterprise, premium] } }
flags:
  static:
    rules: [{ serve: on }]
  orders:
    rules:
      - { if: { attribute: userId, in: [user_123, user_456] }, serve: on }
      - { if: { segment: large_customers }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
  layout:
    variants: { control: { columns: 1, names: [a, b] }, wide: { columns: 2, names: [] } }
    rules:
      - { serve: { split: { control: 1, wide: 1 }, by: userId } }
  list:
    variants: { some: [1, 2.5, x, null, { y: [] }] }
    rules: [{ serve: some }]
  text:
    variants: { a: alpha, b: beta }
    rules:
      - { if: { attribute: tags, contains: b }, serve: b }
  night:
    rules:
      - { if: { time: { from: "22:00", to: "06:00" } }, serve: on }
  off:
    enabled: false
    rules: [{ serve: on }]
migrations:
  recruiters:
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    phase: dual_read
    switches:
      read: USE_JOBS_PARTNERS_READ
      write: USE_JOBS_PARTNERS_WRITE
      backup: KEEP_RECRUITERS_BACKUP
      emergency: FORCE_RECRUITERS_FALLBACK
    jobs:
      cancelOfferJob: { kind: rewrite }
      lbaJobToJobsPartners: { kind: retire, after: direct_write_3b }
  orders:
    old: mysql
    new: mongo
    ladder: standard
    phase: shadow
    compare: { profile: offers, sample: 1% }
comparators:
  offers: { ignore: [_id] }
"""


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.from_str(RULESET)


def rules(*lines: str) -> Engine:
    """An engine with one flag, `flag`, of these rules."""
    return Engine.from_str("cutover: 1\nflags:\n  flag:\n    rules:\n" + "".join(f"      - {line}\n" for line in lines))
