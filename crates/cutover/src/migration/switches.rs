//! Switches: what operators throw by hand, as the caller finds them in its environment.

use crate::value::Value;

/// The value of a switch, as the caller has it.
///
/// The meaning of texts is that of an environment variable compared with `"true"`: `true` is true, `false` and
/// the empty text are false, and any other text is false and reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwitchValue<'a> {
    /// True or false.
    Bool(bool),
    /// A text, such as an environment variable holds.
    Text(&'a str),
    /// A value of another type: false, and reported.
    Other,
}

impl SwitchValue<'_> {
    /// Whether the switch is on; `None` where the value is neither true nor false, and so counts as false.
    ///
    /// ```
    /// use cutover::SwitchValue;
    /// assert_eq!(SwitchValue::Text("true").read(), Some(true));
    /// assert_eq!(SwitchValue::Text("").read(), Some(false));
    /// assert_eq!(SwitchValue::Text("TRUE").read(), None);
    /// ```
    #[must_use]
    pub fn read(self) -> Option<bool> {
        match self {
            Self::Bool(on) => Some(on),
            Self::Text("true") => Some(true),
            Self::Text("false" | "") => Some(false),
            Self::Text(_) | Self::Other => None,
        }
    }
}

/// Whatever can tell how the switches stand.
///
/// Slices of pairs do, of which the last one of a name counts, and so does a [`Value`] that is a mapping; `()`
/// gives no switch. A switch that is not given holds what the ruleset says.
///
/// ```
/// use cutover::{SwitchSource, SwitchValue};
/// let switches = [("USE_NEW", true)];
/// assert_eq!(switches.get("USE_NEW"), Some(SwitchValue::Bool(true)));
/// assert_eq!(switches.get("USE_OLD"), None);
/// ```
pub trait SwitchSource {
    /// The value of the switch `name`; `None` where the caller gives none.
    fn get(&self, name: &str) -> Option<SwitchValue<'_>>;
}

impl SwitchSource for () {
    fn get(&self, _name: &str) -> Option<SwitchValue<'_>> {
        None
    }
}

impl<S: SwitchSource + ?Sized> SwitchSource for &S {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        (**self).get(name)
    }
}

impl<S: SwitchSource> SwitchSource for Option<S> {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        self.as_ref()?.get(name)
    }
}

impl SwitchSource for [(&str, bool)] {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        self.iter().rev().find(|(key, _)| *key == name).map(|(_, on)| SwitchValue::Bool(*on))
    }
}

impl SwitchSource for [(&str, &str)] {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        self.iter().rev().find(|(key, _)| *key == name).map(|(_, text)| SwitchValue::Text(text))
    }
}

impl SwitchSource for [(String, String)] {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        self.iter().rev().find(|(key, _)| key == name).map(|(_, text)| SwitchValue::Text(text))
    }
}

impl<T, const N: usize> SwitchSource for [T; N]
where
    [T]: SwitchSource,
{
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        SwitchSource::get(self.as_slice(), name)
    }
}

impl<T> SwitchSource for Vec<T>
where
    [T]: SwitchSource,
{
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        SwitchSource::get(self.as_slice(), name)
    }
}

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

/// How the switches stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) read: bool,
    pub(crate) write: bool,
    pub(crate) backup: bool,
    pub(crate) emergency: bool,
    /// Whether the caller gives a switch that selects the phase.
    pub(crate) selects: bool,
    /// The roles whose given value is neither true nor false, as a set of [`Role::bit`].
    pub(crate) unreadable: u8,
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

    /// How the switches stand: what the caller gives, else what the document says, and for the emergency else
    /// `emergency`.
    pub(crate) fn setting(&self, given: &(impl SwitchSource + ?Sized), emergency: bool) -> Setting {
        let mut setting =
            Setting { read: false, write: false, backup: false, emergency, selects: false, unreadable: 0 };
        for (role, switch) in self.iter() {
            let on = match given.get(&switch.name) {
                Some(value) => {
                    setting.selects |= role != Role::Emergency;
                    let on = value.read();
                    if on.is_none() {
                        setting.unreadable |= role.bit();
                    }
                    Some(on.unwrap_or(false))
                }
                None => switch.is,
            };
            match role {
                Role::Read => setting.read = on.unwrap_or(false),
                Role::Write => setting.write = on.unwrap_or(false),
                Role::Backup => setting.backup = on.unwrap_or(false),
                Role::Emergency => setting.emergency = on.unwrap_or(emergency),
            }
        }
        setting
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

    #[test]
    fn texts_are_read_as_the_environment_is() {
        let table = [
            ("true", Some(true)),
            ("false", Some(false)),
            ("", Some(false)),
            ("True", None),
            ("1", None),
            ("yes", None),
            (" true", None),
            ("true ", None),
        ];
        for (text, on) in table {
            assert_eq!(SwitchValue::Text(text).read(), on, "{text:?}");
        }
    }

    #[test]
    fn what_is_given_comes_before_what_the_document_says() {
        let mut switches = Switches::default();
        switches.set(Role::Read, Switch { name: "R".to_owned(), is: Some(true) });
        switches.set(Role::Emergency, Switch { name: "E".to_owned(), is: None });
        let none = switches.setting(&(), true);
        assert_eq!((none.read, none.emergency, none.selects), (true, true, false));
        let given = switches.setting(&[("R", "maybe"), ("E", "false")], true);
        assert_eq!((given.read, given.emergency, given.selects), (false, false, true));
        assert_eq!(given.unreadable, Role::Read.bit());
        assert!(!switches.setting(&[("E", true)], false).selects);
    }
}
