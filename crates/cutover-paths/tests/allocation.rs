//! Reading a request and finding its entry does not allocate: an allocator that counts proves it.

use cutover_paths::{By, Entry, Otherwise, Request, Rollout, Side, Table, Unit};
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

#[test]
fn finding_does_not_allocate() {
    let rollout = |by| Some(Rollout { ppm: 500_000, by, otherwise: Otherwise::Next });
    let table = Table::new(
        "t",
        vec![
            Entry {
                rollout: rollout(By::Attribute("userId".into())),
                ..Entry::new("/a/:x", "part", Side::New)
            },
            Entry { rollout: rollout(By::Cookie("sid".into())), ..Entry::new("/a/:x", "part", Side::New) },
            Entry { deprecated_at: Some(0), sunset: Some(1), ..Entry::new("/a/*", "rest", Side::Old) },
        ],
    )
    .unwrap();
    let (headers, attributes) = ([("Cookie", "a=b; sid=1")], [("userId", Unit::Int(7))]);
    let before = ALLOCATIONS.with(Cell::get);
    let mut lines = 0;
    for target in ["/a/plain/path", "/%61/%C3%A9;x//y", "/nowhere", "/refused/.."] {
        let Ok(request) = Request::new("GET", target) else { continue };
        let request = request.headers(&headers).attributes(&attributes);
        let found = table.find(&request, 7);
        lines += found.iter().flat_map(|found| found.headers()).count();
        assert!(found.is_none_or(|found| found.fallback().is_none()));
    }
    assert_eq!(ALLOCATIONS.with(Cell::get) - before, 0);
    assert!(lines >= 6);
}
