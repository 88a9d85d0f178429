//! `cutover path`: who serves a request, by a path table.

use super::{load, no_such};
use crate::args::PathQuery;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::screen::Screen;
use cutover::paths::{Request, Unit};
use cutover::{Diagnostic, Position};

pub(super) fn run(args: &PathQuery, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let Some(table) = engine.path_table(&args.table) else {
        return Err(Failure::usage(no_such(
            "unknown_table",
            "path table",
            &args.table,
            engine.path_tables(),
        )));
    };
    let request = Request::new(&args.method, &args.target).map_err(|error| {
        let message = format!("`{}` is no path to route by: {error}", args.target);
        Failure::usage(Diagnostic::error("bad_path", "", Position::default(), message))
    })?;
    let headers: Vec<(&str, &str)> =
        args.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let attributes: Vec<(&str, Unit<'_>)> =
        args.attributes.iter().map(|(name, value)| (name.as_str(), Unit::Text(value.as_bytes()))).collect();
    let request = request.headers(&headers).attributes(&attributes);
    let found = table.find(&request, now_ms);
    if screen.is_json() {
        screen.value(&found)?;
    } else {
        screen.text(&render::path::page(found.as_ref(), &table.explain(&request)))?;
    }
    Ok(if found.is_some() { Exit::Done } else { Exit::Unknown })
}
