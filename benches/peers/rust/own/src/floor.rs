//! No engine at all: what the loop costs.

use peers_harness::{Engine, Failure, User};

pub struct Floor;

impl Engine for Floor {
    const CRATES: &'static [&'static str] = &[];
    const HOW: &'static str = "no engine: what the timing loop costs itself";
    type Flag = String;
    type Context = User;

    fn open(_: &str) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &User) -> User {
        user.clone()
    }

    fn is_on(&self, _: &String, _: &User) -> bool {
        true
    }

    fn serves(&self, _: &String, _: &User, _: &str) -> bool {
        true
    }
}
