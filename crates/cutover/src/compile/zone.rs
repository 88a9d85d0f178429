//! Time zones as tables of their offsets, taken from the IANA database that is compiled in, so that no machine's
//! own copy has a say and a decision looks up an offset without allocating.

/// The offsets of a zone over time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Zone {
    /// The offset before the first transition, in seconds east of UTC.
    pub(crate) first: i32,
    /// Instants in milliseconds, ascending, and the offset from then on.
    pub(crate) transitions: Vec<(i64, i32)>,
}

/// The zones of the IANA database.
#[cfg(feature = "zones")]
mod known {
    use super::Zone;
    use jiff::Timestamp;
    use jiff::tz::TimeZoneDatabase;

    /// Offsets are tabulated for these years; outside them the nearest tabulated one holds.
    const FROM: &str = "1970-01-01T00:00:00Z";
    const UNTIL: &str = "2200-01-01T00:00:00Z";

    impl Zone {
        /// The zone of this name.
        pub(crate) fn load(name: &str) -> Option<Self> {
            let zone = TimeZoneDatabase::bundled().get(name).ok()?;
            let (from, until): (Timestamp, Timestamp) = (FROM.parse().ok()?, UNTIL.parse().ok()?);
            let first = zone.to_offset(from).seconds();
            let mut transitions: Vec<(i64, i32)> = Vec::new();
            for transition in zone.following(from).take_while(|transition| transition.timestamp() < until) {
                let offset = transition.offset().seconds();
                // Some transitions change only the name or the summer-time mark.
                if transitions.last().map_or(first, |(_, last)| *last) != offset {
                    transitions.push((transition.timestamp().as_millisecond(), offset));
                }
            }
            Some(Self { first, transitions })
        }
    }

    /// True where there is a zone of exactly this name.
    pub(crate) fn exists(name: &str) -> bool {
        TimeZoneDatabase::bundled().get(name).is_ok() && names().any(|known| known == name)
    }

    /// The names of all zones.
    pub(crate) fn names() -> impl Iterator<Item = String> {
        let database = TimeZoneDatabase::bundled();
        database.available().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().into_iter()
    }
}

/// A build without the database: what it decides in UTC is what every build decides.
#[cfg(not(feature = "zones"))]
mod known {
    use super::Zone;

    impl Zone {
        /// The zone of this name: UTC is the one there is.
        pub(crate) fn load(_: &str) -> Option<Self> {
            Some(Self::default())
        }
    }

    /// True where there is a zone of exactly this name.
    pub(crate) fn exists(name: &str) -> bool {
        name == "UTC"
    }

    /// The names of all zones.
    pub(crate) fn names() -> impl Iterator<Item = String> {
        std::iter::once("UTC".to_owned())
    }
}

pub(crate) use known::{exists, names};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_go_by_their_exact_names() {
        assert!(!exists("europe/paris") && !exists("Europe/Atlantis") && exists("UTC"));
        assert_eq!(exists("Europe/Paris"), cfg!(feature = "zones"));
        let utc = Zone::load("UTC").unwrap();
        assert_eq!((utc.first, utc.transitions.len()), (0, 0));
    }
}
