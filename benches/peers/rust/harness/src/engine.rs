//! What the harness asks of an engine.

/// A user, as `.data/users.json` has them.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub user_id: String,
    pub email: String,
    pub country: String,
    pub age: i64,
    pub tier: String,
    pub version: String,
}

/// What goes wrong in an engine, in words.
pub type Failure = String;

/// An engine with a configuration loaded.
pub trait Engine: Sized {
    /// The crates whose versions the table shows.
    const CRATES: &'static [&'static str];
    /// The call that is timed.
    const HOW: &'static str;
    /// What a flag is asked for by.
    type Flag;
    /// A user, as the engine takes them; it may borrow from the user.
    type Context;

    fn open(text: &str) -> Result<Self, Failure>;
    fn flag(&self, name: &str) -> Self::Flag;
    fn context(&self, user: &'static User) -> Self::Context;
    fn is_on(&self, flag: &Self::Flag, context: &Self::Context) -> bool;
    /// Whether the flag serves this text.
    fn serves(&self, flag: &Self::Flag, context: &Self::Context, value: &str) -> bool;
}
