//! Eppo's core, as its SDKs in Rust, Python and Ruby use it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use eppo_core::eval::get_assignment;
use eppo_core::ufc::{Assignment, AssignmentValue, UniversalFlagConfig, VariationType};
use eppo_core::{Attributes, Configuration, SdkMetadata, Str};

use peers_harness::{Engine, Failure, User};

pub struct Eppo {
    configuration: Configuration,
    /// The time of every decision: reading the clock is no part of what is measured.
    now: DateTime<Utc>,
}

impl Eppo {
    fn ask(
        &self,
        flag: &str,
        (key, attributes): &(Str, Arc<Attributes>),
        kind: VariationType,
    ) -> Option<Assignment> {
        get_assignment(Some(&self.configuration), flag, key, attributes, Some(kind), self.now).ok().flatten()
    }
}

impl Engine for Eppo {
    const CRATES: &'static [&'static str] = &["eppo_core"];
    const HOW: &'static str =
        "get_assignment(configuration, key, &Str, &Arc<Attributes>, type, now), feature ahash";
    type Flag = String;
    type Context = (Str, Arc<Attributes>);

    fn open(text: &str) -> Result<Self, Failure> {
        let metadata = SdkMetadata { name: "bench", version: "0" };
        let flags = UniversalFlagConfig::from_json(metadata, text.as_bytes().to_vec())
            .map_err(|error| error.to_string())?;
        Ok(Self { configuration: Configuration::from_server_response(flags, None), now: Utc::now() })
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    #[expect(clippy::cast_precision_loss, reason = "an age is a small number")]
    fn context(&self, user: &User) -> Self::Context {
        let attributes: Attributes = [
            ("email".into(), user.email.as_str().into()),
            ("country".into(), user.country.as_str().into()),
            ("age".into(), (user.age as f64).into()),
            ("tenant.tier".into(), user.tier.as_str().into()),
            ("version".into(), user.version.as_str().into()),
        ]
        .into_iter()
        .collect();
        (user.user_id.as_str().into(), Arc::new(attributes))
    }

    fn is_on(&self, flag: &String, context: &Self::Context) -> bool {
        let found = self.ask(flag, context, VariationType::Boolean);
        matches!(found, Some(Assignment { value: AssignmentValue::Boolean(true), .. }))
    }

    fn serves(&self, flag: &String, context: &Self::Context, value: &str) -> bool {
        let found = self.ask(flag, context, VariationType::String);
        found.is_some_and(|assignment| assignment.value.as_str() == Some(value))
    }
}
