//! Unleash's engine.

use std::collections::HashMap;

use unleash_yggdrasil::state::EnrichedContext;
use unleash_yggdrasil::{Context, EngineState, UpdateMessage};

use peers_harness::{Engine, Failure, User};

pub struct Yggdrasil(EngineState);

impl Engine for Yggdrasil {
    const CRATES: &'static [&'static str] = &["unleash-yggdrasil"];
    const HOW: &'static str =
        "EngineState; check_enabled / check_variant(&EnrichedContext::from(&context, …)), no metrics";
    type Flag = String;
    type Context = Context;

    fn open(text: &str) -> Result<Self, Failure> {
        let features = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let state = EngineState::default();
        match state.take_state(UpdateMessage::FullResponse(features)) {
            None => Ok(Self(state)),
            Some(warnings) => Err(format!("{} features do not compile", warnings.len())),
        }
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &User) -> Context {
        let properties = HashMap::from([
            ("email".to_owned(), user.email.clone()),
            ("country".to_owned(), user.country.clone()),
            ("age".to_owned(), user.age.to_string()),
            ("tenant.tier".to_owned(), user.tier.clone()),
            ("version".to_owned(), user.version.clone()),
        ]);
        Context { user_id: Some(user.user_id.clone()), properties: Some(properties), ..Context::default() }
    }

    fn is_on(&self, flag: &String, context: &Context) -> bool {
        self.0.check_enabled(&EnrichedContext::from(context, flag, None)) == Some(true)
    }

    fn serves(&self, flag: &String, context: &Context, value: &str) -> bool {
        let variant = self.0.check_variant(&EnrichedContext::from(context, flag, None));
        variant.is_some_and(|variant| variant.name == value)
    }
}
