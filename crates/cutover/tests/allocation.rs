//! A hot decision does not allocate: an allocator that counts proves it.

use cutover::{Attributes, Engine, Value};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

#[expect(unsafe_code, reason = "an allocator is unsafe by its trait; this one only counts and passes on")]
// SAFETY: every call is passed on unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from the system's allocator above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

const RULESET: &str = r#"
cutover: 1
timezone: Europe/Paris
segments:
  big: { if: { attribute: tenant.tier, in: [enterprise, premium] } }
  everything:
    if:
      all:
        - { any: [{ attribute: age, between: [18, 99] }, { attribute: age, exists: false }] }
        - { not: { attribute: name, contains: [x, y] } }
        - { attribute: name, starts_with: u }
        - { attribute: name, ends_with: "1" }
        - { attribute: version, semver: ">=1.0.0-rc.1 <2.0.0" }
        - { attribute: ip, cidr: [10.0.0.0/8, "2001:db8::/32"] }
        - { attribute: born, before: 2030-01-01T00:00:00Z }
        - { attribute: userId, not_in: { salt: s, sha256: [ "0000000000000000000000000000000000000000000000000000000000000000" ] } }
        - { time: { from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun] } }
flags:
  targeted:
    rules:
      - { if: { attribute: userId, in: [user_123, user_456] }, serve: on }
      - { serve: { rollout: 50%, by: userId } }
  many:
    requires: [{ flag: targeted, is: [on, off] }]
    rules:
      - { if: { segment: big }, serve: on }
      - { if: { segment: everything }, serve: { ramp: [{ at: 0, to: 1% }, { at: 4102444800000, to: 99% }], by: age } }
  split:
    variants: { a: [1, 2], b: { c: null } }
    rules: [{ serve: { rollout: 90%, split: { a: 1, b: 3 }, by: userId } }]
  imported:
    hash: java31
    rules: [{ serve: { rollout: 50%, by: { first_of: [userId], otherwise: anonymous } } }]
  foreign:
    rules:
      - { if: { attribute: age, is: "40.5", as: text }, serve: on }
      - { if: { attribute: age, semver: ">=41.0.0", as: version, otherwise: false }, serve: on }
      - { if: { attribute: name, above: 3, as: number, otherwise: false }, serve: on }
      - { if: { attribute: userId, contains: [LONG IDENTIFIERS, of], ignore_case: true }, serve: on }
      - { if: { attribute: tags, starts_with: Z, ignore_case: true, each: any }, serve: on }
      - { if: { bucket: { hash: eppo/md5, salt: s, by: userId, in: [[0, 1]] } }, serve: on }
      - { if: { bucket: { hash: launchdarkly/sha1, salt: s, by: age, in: [[0, 1]] } }, serve: on }
      - { if: { bucket: { hash: growthbook/v2, salt: s, by: age, in: [[0, 1]] } }, serve: on }
      - { if: { bucket: { hash: flagd/fractional-v3, salt: s, by: age, of: 1000, in: [[0, 1]] } }, serve: on }
      - { serve: { rollout: 50%, hash: unleash/rollout, salt: s, by: { first_of: [nobody, userId] } } }
migrations:
  orders:
    old: sql
    new: mongo
    ladder: standard
    phase: shadow
    cohort: { phase: live, rollout: 50%, by: userId }
    switches: { emergency: FORCE_OLD }
"#;

#[test]
fn deciding_does_not_allocate() {
    let engine = Engine::from_str(RULESET).unwrap_or_else(|refused| panic!("{refused}"));
    let attributes = Attributes::new()
        .with("userId", "a user with a rather long identifier, longer than any that people have".repeat(2))
        .with("tenant.tier", "free")
        .with("age", 40)
        .with("name", "u1")
        .with("version", "1.2.3-alpha.beta.gamma+build")
        .with("ip", "10.1.2.3")
        .with("tags", Value::List(vec!["alpha".into(), 7.into(), "beta".into()]))
        .with("born", "1990-01-01T00:00:00+02:00");
    let context = engine.context(&attributes);
    for flag in ["targeted", "many", "split", "imported", "foreign", "unknown"] {
        let counted = allocations(|| {
            std::hint::black_box(engine.decide(flag, &context, 1_790_000_000_000));
        });
        assert_eq!(counted, 0, "{flag}");
        let expected = engine.is_enabled(flag, &context, 1_790_000_000_000);
        let counted = allocations(|| {
            let user = [
                ("userId", attributes.get("userId")),
                ("tenant.tier", "free".into()),
                ("age", 40.into()),
                ("name", "u1".into()),
                ("version", "1.2.3-alpha.beta.gamma+build".into()),
                ("ip", "10.1.2.3".into()),
                ("tags", attributes.get("tags")),
                ("born", "1990-01-01T00:00:00+02:00".into()),
            ];
            let given = engine.given(&user);
            std::hint::black_box(given.decide(flag, 1_790_000_000_000));
            assert_eq!(given.is_enabled(flag, 1_790_000_000_000), expected, "{flag}");
        });
        assert_eq!(counted, 0, "{flag}, borrowed");
    }
    assert_eq!(engine.decide("many", &context, 0).rule, Some(1), "the long condition was evaluated");
    assert_eq!(engine.decide("foreign", &context, 0).rule, Some(9), "so were all of these");
    let counted = allocations(|| {
        std::hint::black_box(engine.route("orders", &context, 0, &[("FORCE_OLD", true)]));
    });
    assert_eq!(counted, 0, "route");
    assert!(allocations(|| drop(std::hint::black_box(vec![1]))) > 0, "the count counts");
}
