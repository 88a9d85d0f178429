//! GrowthBook: through its client, and past it.

use growthbook_rust::client::{GrowthBookClient, GrowthBookClientBuilder, GrowthBookClientTrait};
use growthbook_rust::model_public::GrowthBookAttribute;

use peers_harness::{Engine, Failure, User};

fn client(text: &str) -> Result<GrowthBookClient, Failure> {
    let features = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let builder =
        GrowthBookClientBuilder::new().features_json(features).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
    runtime.block_on(builder.build()).map_err(|error| error.to_string())
}

fn attributes(user: &User) -> Option<Vec<GrowthBookAttribute>> {
    GrowthBookAttribute::from(serde_json::json!({
        "userId": user.user_id,
        "email": user.email,
        "country": user.country,
        "age": user.age,
        "tenant": { "tier": user.tier },
        "version": user.version,
    }))
    .ok()
}

/// The way that its users take. The client clones all features in every call.
pub struct Client(GrowthBookClient);

impl Engine for Client {
    const CRATES: &'static [&'static str] = &["growthbook-rust"];
    const HOW: &'static str =
        "GrowthBookClient from features_json; is_on / feature_result(key, Some(attributes.clone()))";
    type Flag = String;
    type Context = Option<Vec<GrowthBookAttribute>>;

    fn open(text: &str) -> Result<Self, Failure> {
        client(text).map(Self)
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &User) -> Self::Context {
        attributes(user)
    }

    fn is_on(&self, flag: &String, context: &Self::Context) -> bool {
        self.0.is_on(flag, context.clone())
    }

    fn serves(&self, flag: &String, context: &Self::Context, value: &str) -> bool {
        self.0.feature_result(flag, context.clone()).value == value
    }
}

/// The evaluator that the client holds, without what the client adds.
pub struct Direct(GrowthBookClient);

impl Engine for Direct {
    const CRATES: &'static [&'static str] = &["growthbook-rust"];
    const HOW: &'static str =
        "client.gb.read().check(key, &Some(attributes)): past the client, which clones all features";
    type Flag = String;
    type Context = Option<Vec<GrowthBookAttribute>>;

    fn open(text: &str) -> Result<Self, Failure> {
        client(text).map(Self)
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &User) -> Self::Context {
        attributes(user)
    }

    fn is_on(&self, flag: &String, context: &Self::Context) -> bool {
        self.0.gb.read().is_ok_and(|evaluator| evaluator.check(flag, context).on)
    }

    fn serves(&self, flag: &String, context: &Self::Context, value: &str) -> bool {
        self.0.gb.read().is_ok_and(|evaluator| evaluator.check(flag, context).value == value)
    }
}
