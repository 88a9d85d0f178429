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

#[cfg(test)]
mod tests {
    use super::*;
    use cutover::packed::{SLOT_BYTES, tag};

    fn slot(tag: u32, length: u32, payload: u64) -> Vec<u8> {
        [&tag.to_le_bytes()[..], &length.to_le_bytes(), &payload.to_le_bytes()].concat()
    }

    #[test]
    fn slots_behind_the_attributes_are_switches() {
        let names = ["A", "B", "C", "D", "E", "F"].map(str::to_owned);
        let attributes = 2;
        let arena = ((attributes + names.len()) * SLOT_BYTES) as u64;
        let mut packed = slot(tag::TRUE, 0, 0).repeat(attributes);
        packed.extend(slot(tag::TRUE, 0, 0));
        packed.extend(slot(tag::FALSE, 0, 0));
        packed.extend(slot(tag::TEXT, 4, arena));
        packed.extend(slot(tag::TEXT, 1, arena + 4));
        packed.extend(slot(tag::FLOAT, 0, 1.0_f64.to_bits()));
        packed.extend(slot(tag::MISSING, 0, 0));
        packed.extend(b"true\xFF");
        let switches = PackedSwitches::new(&names, attributes, &packed);
        let values = ["A", "B", "C", "D", "E", "F", "G"].map(|name| switches.get(name));
        let want = [
            Some(SwitchValue::Bool(true)),
            Some(SwitchValue::Bool(false)),
            Some(SwitchValue::Text("true")),
            Some(SwitchValue::Other),
            Some(SwitchValue::Other),
            None,
            None,
        ];
        assert_eq!(values, want);
        assert_eq!(PackedSwitches::new(&names, attributes, &[]).get("A"), None);
    }
}
