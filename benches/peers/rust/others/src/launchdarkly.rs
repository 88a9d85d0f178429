//! LaunchDarkly's evaluation, without the client around it, which clones the flag out of its store.

use std::collections::HashMap;

use launchdarkly_server_sdk_evaluation::{
    AttributeValue, Context, ContextBuilder, Flag, FlagValue, Segment, Store, evaluate,
};

use peers_harness::{Engine, Failure, User};

#[derive(serde::Deserialize)]
struct Document {
    flags: HashMap<String, Flag>,
}

/// The flags; evaluation asks for other flags only where one is a prerequisite.
pub struct LaunchDarkly(HashMap<String, Flag>);

impl Store for LaunchDarkly {
    fn flag(&self, key: &str) -> Option<Flag> {
        self.0.get(key).cloned()
    }

    fn segment(&self, _: &str) -> Option<Segment> {
        None
    }
}

impl Engine for LaunchDarkly {
    const CRATES: &'static [&'static str] = &["launchdarkly-server-sdk-evaluation"];
    const HOW: &'static str =
        "HashMap of flags; evaluate(&store, &flag, &context, None), no client around it";
    type Flag = String;
    type Context = Context;

    fn open(text: &str) -> Result<Self, Failure> {
        let Document { flags } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self(flags))
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &User) -> Context {
        let tenant = HashMap::from([("tier", user.tier.as_str())]);
        let built = ContextBuilder::new(user.user_id.as_str())
            .set_value("email", user.email.as_str().into())
            .set_value("country", user.country.as_str().into())
            .set_value("age", user.age.into())
            .set_value("tenant", AttributeValue::from(tenant))
            .set_value("version", user.version.as_str().into())
            .build();
        built.unwrap_or_else(|error| panic!("the context of a user: {error}"))
    }

    fn is_on(&self, flag: &String, context: &Context) -> bool {
        let Some(flag) = self.0.get(flag) else { return false };
        matches!(evaluate(self, flag, context, None).value, Some(FlagValue::Bool(true)))
    }

    fn serves(&self, flag: &String, context: &Context, value: &str) -> bool {
        let Some(flag) = self.0.get(flag) else { return false };
        matches!(evaluate(self, flag, context, None).value, Some(FlagValue::Str(served)) if served == value)
    }
}
