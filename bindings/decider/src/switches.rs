//! Switches in a packed buffer.

use cutover_decider::migration::{SwitchSource, SwitchValue};
use cutover_decider::packed::PackedContext;
use cutover_decider::{AttributeId, ContextView, Program, ValueRef};

/// How the switches of a migration stand: a slot for each, from the number `first` on.
pub(crate) struct PackedSwitches<'a> {
    program: &'a Program,
    migration: u32,
    first: u32,
    packed: PackedContext<'a>,
}

impl<'a> PackedSwitches<'a> {
    pub(crate) fn new(program: &'a Program, migration: u32, first: u32, packed: &'a [u8]) -> Self {
        Self { program, migration, first, packed: PackedContext::new(packed) }
    }
}

impl SwitchSource for PackedSwitches<'_> {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        let place = self.program.switches(self.migration).position(|(_, other)| other == name)?;
        let slot = self.first.saturating_add(u32::try_from(place).ok()?);
        match self.packed.value(AttributeId::from_index(slot)) {
            ValueRef::Missing => None,
            ValueRef::Bool(on) => Some(SwitchValue::Bool(on)),
            ValueRef::Text(bytes) => {
                Some(core::str::from_utf8(bytes).map_or(SwitchValue::Other, SwitchValue::Text))
            }
            ValueRef::Int(_) | ValueRef::Float(_) | ValueRef::List(_) | ValueRef::Other => {
                Some(SwitchValue::Other)
            }
        }
    }
}
