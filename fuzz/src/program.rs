//! Compiled programs, true ones and forged ones.

use arbitrary::{Arbitrary, Unstructured};
use cutover::Engine;
use cutover::packed::PackedContext;
use cutover_decider::format::MAX_STEPS;
use cutover_decider::{AttributeId, ContextView, Program, ValueRef};
use cutover_testkit::generate::case;
use std::cell::Cell;
use xxhash_rust::xxh3::xxh3_64;

#[derive(Debug, Arbitrary)]
struct Forged<'a> {
    seed: u16,
    /// Which word is replaced, and by what: as it is, or counted from another word.
    changes: Vec<(u16, u32, bool)>,
    /// Where bytes of the program lie that are replaced by these.
    at: u16,
    bytes: &'a [u8],
    now: i64,
    packed: &'a [u8],
}

/// The bytes before the words of a program.
const PREFIX: usize = 24;

/// A generated ruleset compiled, changed in a few places under a right checksum, and decided with any packed context:
/// refused, or answered within the steps that a decision may take. Unchanged it loads again as the same bytes.
///
/// # Panics
/// Where the property does not hold.
pub fn program(data: &[u8]) {
    let Ok(forged) = Forged::arbitrary(&mut Unstructured::new(data)) else { return };
    let Ok(engine) = Engine::from_str(&case(forged.seed.into()).ruleset) else { return };
    let mut bytes = engine.to_compiled();
    let again = Engine::from_compiled(&bytes).expect("what was compiled loads");
    assert!(again.to_compiled() == bytes);

    let count = (engine.program().arena().words.len()).max(1);
    for (at, value, near) in forged.changes {
        let at = PREFIX + usize::from(at) % count * 4;
        let Some(word) = bytes.get_mut(at..at + 4).and_then(|word| word.first_chunk_mut::<4>()) else {
            continue;
        };
        let value =
            if near { u32::from_le_bytes(*word).wrapping_add(value % 17).wrapping_sub(8) } else { value };
        *word = value.to_le_bytes();
    }
    let at = PREFIX + usize::from(forged.at) % (bytes.len() - PREFIX);
    bytes.iter_mut().skip(at).zip(forged.bytes).for_each(|(place, byte)| *place = *byte);
    let checksum = xxh3_64(&bytes[PREFIX..]).to_le_bytes();
    bytes[PREFIX - 8..PREFIX].copy_from_slice(&checksum);

    let Ok(program) = Program::from_bytes(&bytes) else { return };
    assert_eq!(program.to_bytes(), bytes);
    let context = Counted(PackedContext::new(forged.packed), Cell::new(0));
    for number in 0..program.flag_count() {
        context.1.set(0);
        let packed = program.packed(number, &context, forged.now);
        assert!(context.1.get() <= MAX_STEPS, "{}", context.1.get());
        let variant = packed & 0xFFF;
        assert!(variant == 0xFFF || (variant as usize) < program.variants(number).len());
        assert_eq!(program.find(program.flag_name(number)), Some(number));
        assert!(!program.flag_row(number).is_empty());
    }
    for number in 0..program.migration_count() {
        let _ = (program.choose(number, &context, forged.now, &()), program.migration_row(number));
    }
    let _ = (program.head_row(), program.names_row());
    let _ = Engine::from_compiled(&bytes).map(|engine| engine.warnings(forged.now));
}

/// Counts how often it is asked.
struct Counted<'a>(PackedContext<'a>, Cell<u32>);

impl ContextView for Counted<'_> {
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        self.1.set(self.1.get() + 1);
        self.0.value(attribute)
    }
}
