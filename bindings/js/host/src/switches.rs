//! Switches in a packed buffer.

use cutover::packed::PackedContext;
use cutover::{AttributeId, ContextView, SwitchSource, SwitchValue, ValueRef};

/// How the switches of a migration stand: a slot for each, behind the slots of the attributes.
pub(crate) struct PackedSwitches<'a> {
    names: &'a [String],
    first: usize,
    packed: PackedContext<'a>,
}

impl<'a> PackedSwitches<'a> {
    pub(crate) fn new(names: &'a [String], attributes: usize, packed: &'a [u8]) -> Self {
        Self { names, first: attributes, packed: PackedContext::new(packed) }
    }
}

impl SwitchSource for PackedSwitches<'_> {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        let place = self.names.iter().position(|other| other == name)?;
        let slot = AttributeId::from_index(u32::try_from(self.first + place).ok()?);
        match self.packed.value(slot) {
            ValueRef::Missing => None,
            ValueRef::Bool(on) => Some(SwitchValue::Bool(on)),
            ValueRef::Text(bytes) => {
                Some(std::str::from_utf8(bytes).map_or(SwitchValue::Other, SwitchValue::Text))
            }
            ValueRef::Int(_) | ValueRef::Float(_) | ValueRef::List(_) | ValueRef::Other => {
                Some(SwitchValue::Other)
            }
        }
    }
}
