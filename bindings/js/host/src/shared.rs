//! Engines that the threads of a process have in common.

use crate::Held;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// What was shared, by number. Numbers are not given twice, so that an old one never means another engine.
static SHARED: Mutex<Shared> = Mutex::new(Shared { next: 0, engines: BTreeMap::new() });

struct Shared {
    next: u32,
    engines: BTreeMap<u32, Weak<Held>>,
}

/// The number of an engine, which is the same whenever it is shared.
pub(crate) fn share(held: &Arc<Held>) -> u32 {
    // Nothing below panics halfway.
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.engines.retain(|_, engine| engine.strong_count() > 0);
    let same = |engine: &Weak<Held>| std::ptr::eq(engine.as_ptr(), Arc::as_ptr(held));
    if let Some((&number, _)) = shared.engines.iter().find(|(_, engine)| same(engine)) {
        return number;
    }
    let number = shared.next;
    // After four thousand million engines numbers begin anew; those that are in use are passed over.
    while shared.engines.contains_key(&shared.next) || shared.next == number {
        shared.next = shared.next.wrapping_add(1);
    }
    shared.engines.insert(number, Arc::downgrade(held));
    number
}

/// The engine of a number; none where it is gone.
pub(crate) fn adopt(number: u32) -> Option<Arc<Held>> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner).engines.get(&number)?.upgrade()
}
