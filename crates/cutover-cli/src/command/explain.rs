//! `cutover explain`: a decision and how it came about.

use super::{context, exit_of, load, no_such};
use crate::args::Explain;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::screen::Screen;

pub(super) fn run(args: &Explain, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let context = engine.context(&context(&args.context)?);
    let explanation = engine.explain(&args.flag, &context, now_ms);
    if screen.is_json() {
        screen.value(&explanation)?;
    } else if engine.flag(&args.flag).is_none() {
        let diagnostic = no_such("unknown_flag", "flag", &args.flag, engine.flags());
        screen.note(&render::diagnostic::all(None, &[diagnostic]));
    } else {
        screen.text(&render::explanation::story(&explanation, now_ms))?;
    }
    Ok(exit_of(explanation.decision.error))
}
