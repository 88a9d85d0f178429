//! Cutover: by the name of a flag, by its number, and by name from attributes that are borrowed.

use cutover::{Attributes, Context, FlagId, Value, ValueRef};

use peers_harness::{Engine, Failure, User};

/// The time of every decision; none of the flags reads it.
const NOW_MS: i64 = 1_800_000_000_000;

fn load(text: &str) -> Result<cutover::Engine, Failure> {
    cutover::Engine::from_str(text).map_err(|error| error.to_string())
}

fn prepared(engine: &cutover::Engine, user: &User) -> Context {
    let tenant = Value::map([("tier".to_owned(), Value::from(user.tier.as_str()))]);
    let attributes = Attributes::new()
        .with("userId", user.user_id.as_str())
        .with("email", user.email.as_str())
        .with("country", user.country.as_str())
        .with("age", user.age)
        .with("tenant", tenant)
        .with("version", user.version.as_str());
    engine.context(&attributes)
}

fn is(value: Option<&Value>, text: &str) -> bool {
    matches!(value, Some(Value::Text(served)) if served == text)
}

pub struct ByName(cutover::Engine);

impl Engine for ByName {
    const CRATES: &'static [&'static str] = &["cutover"];
    const HOW: &'static str = "engine.is_enabled(name, &context, now) / decide().value, prepared Context";
    type Flag = String;
    type Context = Context;

    fn open(text: &str) -> Result<Self, Failure> {
        load(text).map(Self)
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &User) -> Context {
        prepared(&self.0, user)
    }

    fn is_on(&self, flag: &String, context: &Context) -> bool {
        self.0.is_enabled(flag, context, NOW_MS)
    }

    fn serves(&self, flag: &String, context: &Context, value: &str) -> bool {
        is(self.0.decide(flag, context, NOW_MS).value, value)
    }
}

pub struct ById(cutover::Engine);

impl Engine for ById {
    const CRATES: &'static [&'static str] = &["cutover"];
    const HOW: &'static str =
        "engine.decision(id, engine.outcome(id, &context, now)).value, prepared Context";
    type Flag = FlagId;
    type Context = Context;

    fn open(text: &str) -> Result<Self, Failure> {
        load(text).map(Self)
    }

    fn flag(&self, name: &str) -> FlagId {
        self.0.flag(name).unwrap_or_else(|| FlagId::from_index(u32::MAX))
    }

    fn context(&self, user: &User) -> Context {
        prepared(&self.0, user)
    }

    fn is_on(&self, flag: &FlagId, context: &Context) -> bool {
        let outcome = self.0.outcome(*flag, context, NOW_MS);
        matches!(self.0.decision(*flag, outcome).value, Some(Value::Bool(true)))
    }

    fn serves(&self, flag: &FlagId, context: &Context, value: &str) -> bool {
        let outcome = self.0.outcome(*flag, context, NOW_MS);
        is(self.0.decision(*flag, outcome).value, value)
    }
}

pub struct Borrowed(cutover::Engine);

impl Engine for Borrowed {
    const CRATES: &'static [&'static str] = &["cutover"];
    const HOW: &'static str = "engine.given(&[(path, value), …]).is_enabled(name, now) / decide().value";
    type Flag = String;
    type Context = [(&'static str, ValueRef<'static>); 6];

    fn open(text: &str) -> Result<Self, Failure> {
        load(text).map(Self)
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &'static User) -> Self::Context {
        [
            ("userId", user.user_id.as_str().into()),
            ("email", user.email.as_str().into()),
            ("country", user.country.as_str().into()),
            ("age", user.age.into()),
            ("tenant.tier", user.tier.as_str().into()),
            ("version", user.version.as_str().into()),
        ]
    }

    fn is_on(&self, flag: &String, context: &Self::Context) -> bool {
        self.0.given(context).is_enabled(flag, NOW_MS)
    }

    fn serves(&self, flag: &String, context: &Self::Context, value: &str) -> bool {
        is(self.0.given(context).decide(flag, NOW_MS).value, value)
    }
}
