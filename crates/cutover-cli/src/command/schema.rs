//! `cutover schema`: the JSON Schema of rulesets.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;

pub(super) fn run(screen: &Screen) -> Result<Exit, Failure> {
    let schema = cutover::schema();
    if screen.is_json() {
        screen.value(&schema)?;
    } else {
        screen.bytes(format!("{schema:#}\n").as_bytes())?;
    }
    Ok(Exit::Done)
}
