//! Switches: what operators throw by hand, as the caller finds them in its environment.

use crate::value::Value;
pub use cutover_decider::migration::{SwitchSource, SwitchValue};

/// A mapping of switches; a null is no switch.
impl SwitchSource for Value {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        match Value::get(self, name)? {
            Value::Null => None,
            Value::Bool(on) => Some(SwitchValue::Bool(*on)),
            Value::Text(text) => Some(SwitchValue::Text(text)),
            Value::Int(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => Some(SwitchValue::Other),
        }
    }
}

/// What a switch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Role {
    /// Reads go to new.
    Read = 0,
    /// Writes go to new.
    Write = 1,
    /// Writes to new are copied to old.
    Backup = 2,
    /// Everything goes to old.
    Emergency = 3,
}

impl Role {
    /// All roles, by their number.
    pub(crate) const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Backup, Self::Emergency];

    /// The key in a ruleset.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Backup => "backup",
            Self::Emergency => "emergency",
        }
    }

    /// The bit of this role in a set of roles.
    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A switch of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Switch {
    /// What the caller calls it.
    pub(crate) name: String,
    /// What it holds while the caller gives none, where the document says so.
    pub(crate) is: Option<bool>,
}

/// The switches of a migration, by role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Switches {
    by_role: [Option<Switch>; 4],
}

impl Switches {
    pub(crate) fn get(&self, role: Role) -> Option<&Switch> {
        self.by_role.get(role as usize)?.as_ref()
    }

    pub(crate) fn set(&mut self, role: Role, switch: Switch) {
        if let Some(slot) = self.by_role.get_mut(role as usize) {
            *slot = Some(switch);
        }
    }

    /// The switches there are, in the order of the roles.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Role, &Switch)> {
        Role::ALL.into_iter().filter_map(|role| Some((role, self.get(role)?)))
    }

    /// True where a switch selects the phase: any but the emergency.
    pub(crate) fn select_the_phase(&self) -> bool {
        self.iter().any(|(role, _)| role != Role::Emergency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_reads_alike() {
        let map = Value::map([
            ("A".to_owned(), Value::Bool(true)),
            ("B".to_owned(), Value::from("true")),
            ("C".to_owned(), Value::Null),
            ("D".to_owned(), Value::Int(1)),
        ]);
        let read = |source: &dyn SwitchSource, name: &str| source.get(name).map(SwitchValue::read);
        assert_eq!(read(&map, "A"), Some(Some(true)));
        assert_eq!(read(&map, "B"), Some(Some(true)));
        assert_eq!(read(&map, "C"), None);
        assert_eq!(read(&map, "D"), Some(None));
        assert_eq!(read(&map, "E"), None);
        assert_eq!(read(&Value::Int(3), "A"), None);
        assert_eq!(read(&(), "A"), None);
        assert_eq!(read(&[("A", false), ("A", true)], "A"), Some(Some(true)));
        assert_eq!(read(&vec![("A", "TRUE")], "A"), Some(None));
        assert_eq!(read(&Some([("A".to_owned(), "true".to_owned())]), "A"), Some(Some(true)));
        assert_eq!(read(&None::<()>, "A"), None);
    }
}
