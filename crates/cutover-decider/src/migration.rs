//! Deciding a migration: how the switches stand, which phase the unit takes, and so which route of its table.

use crate::Program;
use crate::arena::join;
use crate::bucket::{Salt, Unit, inside};
use crate::context::{AttributeId, ContextView};
use crate::decide::share_at;
use crate::format::{NONE, header, migration};
use crate::outcome::ErrorCode;
use crate::program::names;
use crate::write_json_text;
use alloc::string::String;
use alloc::vec::Vec;

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
    /// use cutover_decider::migration::SwitchValue;
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

/// What is said of a switch whose value is neither true nor false: what is so, and what it costs.
///
/// ```
/// use cutover_decider::migration::{SwitchValue, unreadable_switch};
/// let (message, cost) = unreadable_switch("STOP", Some(SwitchValue::Text("yes")));
/// assert_eq!(message, "the switch STOP is \"yes\", which is neither true nor false");
/// assert_eq!(cost, "STOP counts as false, whatever was meant");
/// ```
#[must_use]
pub fn unreadable_switch(name: &str, value: Option<SwitchValue<'_>>) -> (String, String) {
    let mut found = String::new();
    match value {
        Some(SwitchValue::Text(text)) => write_json_text(&mut found, text),
        _ => found.push_str("of another type"),
    }
    let message = ["the switch ", name, " is ", &found, ", which is neither true nor false"].concat();
    (message, [name, " counts as false, whatever was meant"].concat())
}

/// Whatever can tell how the switches stand. A switch that is not given holds what the ruleset says.
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

/// A decision as a number: which of the routes of a migration is taken.
///
/// It is what crosses a language boundary instead of a route: the host builds each route of the table once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteChoice {
    /// The place of the route in the table of the migration.
    pub index: usize,
    /// Why the route is that of the migration's phase though the migration has a cohort.
    pub error: Option<ErrorCode>,
    /// The switches whose given value is neither true nor false: bit 0 `read`, 1 `write`, 2 `backup`,
    /// 3 `emergency`. Each is one hazard more than the route of the table has.
    pub unreadable: u8,
}

impl RouteChoice {
    /// The choice as one integer: bits 0–15 the index, 16–19 the unreadable switches, 28–31 the error (0: none).
    ///
    /// ```
    /// use cutover_decider::migration::RouteChoice;
    /// let choice = RouteChoice { index: 3, error: None, unreadable: 0b1000 };
    /// assert_eq!(RouteChoice::unpack(choice.pack()), Some(choice));
    /// ```
    #[must_use]
    pub fn pack(self) -> u32 {
        // A table has at most two routes for each of the phases, and sixteen for the switches.
        let index = u32::try_from(self.index).unwrap_or(0) & 0xFFFF;
        index | u32::from(self.unreadable & 0xF) << 16 | self.error.map_or(0, |error| error as u32) << 28
    }

    /// The choice that [`RouteChoice::pack`] packed.
    #[must_use]
    pub fn unpack(packed: u32) -> Option<Self> {
        let error = match packed >> 28 {
            0 => None,
            code => Some(*ErrorCode::ALL.get(code as usize - 1)?),
        };
        Some(Self { index: (packed & 0xFFFF) as usize, error, unreadable: (packed >> 16 & 0xF) as u8 })
    }
}

/// The roles of switches, by their number.
const READ: usize = 0;
const EMERGENCY: usize = 3;

/// All units, in millionths.
const ONE: u32 = 1_000_000;

type Record = [u32; migration::WORDS as usize];

/// How the switches stand.
#[derive(Default)]
struct Setting {
    on: [bool; 4],
    /// Whether the caller gives a switch that selects the phase.
    selects: bool,
    unreadable: u8,
}

impl Program {
    /// How many migrations there are.
    #[must_use]
    pub fn migration_count(&self) -> u32 {
        self.arena.word(header::MIGRATIONS + 1)
    }

    fn migration(&self, number: u32) -> Option<&Record> {
        let &[place, count] = self.arena.record(header::MIGRATIONS)?;
        if number >= count {
            return None;
        }
        self.arena.record(place.saturating_add(number.saturating_mul(migration::WORDS)))
    }

    /// The name of a migration; empty where there is no such migration.
    #[must_use]
    pub fn migration_name(&self, number: u32) -> &str {
        self.migration(number).map_or("", |[offset, length, ..]| self.arena.text_at(*offset, *length))
    }

    /// The number of the migration of this name. They are sorted by name.
    #[must_use]
    pub fn find_migration(&self, name: &str) -> Option<u32> {
        names::search(self.migration_count(), name, |number| self.migration_name(number))
    }

    /// How many routes the table of a migration has.
    #[must_use]
    pub fn route_count(&self, number: u32) -> usize {
        self.migration(number).map_or(0, |record| word(record, migration::ROUTES + 1) as usize)
    }

    /// The attribute that deciding a migration may read.
    #[must_use]
    pub fn migration_reads(&self, number: u32) -> Option<u32> {
        let record = self.migration(number)?;
        (word(record, migration::BITS) & migration::COHORT != 0)
            .then_some(word(record, migration::COHORT_UNIT))
    }

    /// Whether the answer of a migration depends on the time.
    #[must_use]
    pub fn migration_reads_time(&self, number: u32) -> bool {
        self.migration(number).is_some_and(|record| {
            word(record, migration::BITS) & migration::RAMP != 0 || word(record, migration::INSTANTS + 1) != 0
        })
    }

    /// The roles and names of the switches of a migration, in the order `read`, `write`, `backup`, `emergency`.
    pub fn switches(&self, number: u32) -> impl Iterator<Item = (usize, &str)> {
        let record = self.migration(number).copied().unwrap_or([NONE; migration::WORDS as usize]);
        let switches = (0..4).filter_map(move |role| {
            let [offset, length, _] = switch(&record, role)?;
            Some((role, self.arena.text_at(offset, length)))
        });
        switches.collect::<Vec<_>>().into_iter()
    }

    /// Decides a migration: which of its routes is taken. None where there is no such migration. It reads the unit of
    /// the cohort only where its share is neither nobody nor everybody.
    #[must_use]
    pub fn choose<C: ContextView + ?Sized>(
        &self,
        number: u32,
        view: &C,
        now_ms: i64,
        switches: &(impl SwitchSource + ?Sized),
    ) -> Option<RouteChoice> {
        let record = self.migration(number)?;
        let bits = word(record, migration::BITS);
        let setting = self.setting(record, switches);
        let [read, write, backup, emergency] = setting.on;
        let before = self.routes_before(record, now_ms);
        let choice = |pair: u32, error| RouteChoice {
            index: before.saturating_add(pair * 2 + u32::from(emergency)) as usize & 0xFFFF,
            error,
            unreadable: setting.unreadable,
        };
        let (phase, phases) = (word(record, migration::PHASE), word(record, migration::PHASES));
        if phase == NONE || setting.selects {
            let combination = u32::from(read) << 2 | u32::from(write) << 1 | u32::from(backup);
            return Some(choice(phases.saturating_add(combination) & 0xFFFF, None));
        }
        let phase = phase & 0xFFFF;
        if bits & migration::COHORT == 0 {
            return Some(choice(phase, None));
        }
        Some(match self.in_cohort(record, view, now_ms) {
            Ok(true) => choice(word(record, migration::COHORT_PHASE) & 0xFFFF, None),
            Ok(false) => choice(phase, None),
            Err(error) => choice(phase, Some(error)),
        })
    }

    /// How many routes lie before those of the part of the calendar that `now_ms` is in.
    fn routes_before(&self, record: &Record, now_ms: i64) -> u32 {
        let count = word(record, migration::INSTANTS + 1);
        if count == 0 {
            return 0;
        }
        let instants = self.arena.slice(word(record, migration::INSTANTS), count.saturating_mul(2));
        let begun = |words: &&[u32; 2]| join(words[0], words[1]).cast_signed() <= now_ms;
        let part = instants.as_chunks::<2>().0.iter().take_while(begun).count();
        let routes = word(record, migration::ROUTES + 1) / count.saturating_add(1);
        routes.saturating_mul(u32::try_from(part).unwrap_or(0))
    }

    /// How the switches stand: what the caller gives, else what the document says, and for the emergency else
    /// whether there is one.
    fn setting(&self, record: &Record, given: &(impl SwitchSource + ?Sized)) -> Setting {
        let mut setting = Setting::default();
        let emergency = word(record, migration::BITS) & migration::EMERGENCY != 0;
        for (role, on) in setting.on.iter_mut().enumerate() {
            let otherwise = role == EMERGENCY && emergency;
            let Some([offset, length, is]) = switch(record, role) else {
                *on = otherwise;
                continue;
            };
            *on = match given.get(self.arena.text_at(offset, length)) {
                Some(value) => {
                    setting.selects |= (READ..EMERGENCY).contains(&role);
                    let on = value.read();
                    if on.is_none() {
                        setting.unreadable |= 1 << role;
                    }
                    on.unwrap_or(false)
                }
                None if is == NONE => otherwise,
                None => is != 0,
            };
        }
        setting
    }

    /// Whether the unit takes the phase of the cohort.
    fn in_cohort<C: ContextView + ?Sized>(
        &self,
        record: &Record,
        view: &C,
        now_ms: i64,
    ) -> Result<bool, ErrorCode> {
        let ppm = word(record, migration::COHORT_PPM);
        let ramp = word(record, migration::BITS) & migration::RAMP != 0;
        let ppm = if ramp { share_at(self.arena.view(), ppm, now_ms) } else { ppm };
        match ppm {
            0 => Ok(false),
            ONE.. => Ok(true),
            ppm => {
                let unit = AttributeId::from_index(word(record, migration::COHORT_UNIT));
                let (offset, length) =
                    (word(record, migration::COHORT_SALT), word(record, migration::COHORT_SALT + 1));
                let salt = Salt::within(self.arena.view().bytes(), offset, length);
                Ok(inside(salt.hash(Unit::of(view.value(unit))?), ppm))
            }
        }
    }
}

/// The word of a record.
#[inline]
fn word(record: &Record, at: u32) -> u32 {
    record.get(at as usize).copied().unwrap_or(0)
}

/// The words of the switch of a role, where there is one.
fn switch(record: &Record, role: usize) -> Option<[u32; 3]> {
    let words = record.get(migration::SWITCHES as usize..)?.as_chunks::<3>().0;
    words.get(role).copied().filter(|[offset, ..]| *offset != NONE)
}
