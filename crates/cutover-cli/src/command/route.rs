//! `cutover route`: where a migration reads and writes.

use super::{context, exit_of, load, no_such};
use crate::args::Route;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render;
use crate::screen::Screen;
use cutover::{Engine, SwitchSource, SwitchValue, Value};
use std::collections::BTreeMap;

pub(super) fn run(args: &Route, now_ms: i64, screen: &Screen) -> Result<Exit, Failure> {
    let engine = load(&args.file)?;
    let attributes = context(&args.context)?;
    let context = engine.context(&attributes);
    let switches = Switches::new(args);
    let Some(names) = switch_names(&engine, &args.migration) else {
        if screen.is_json() {
            screen.value(&engine.route(&args.migration, &context, now_ms, &switches))?;
        } else {
            let diagnostic = no_such("unknown_migration", "migration", &args.migration, engine.migrations());
            screen.note(&render::diagnostic::all(None, &[diagnostic]));
        }
        return Ok(Exit::Unknown);
    };
    // A slip of the fingers in a switch would decide as if it had not been thrown.
    let known = || names.iter().map(String::as_str);
    if let Some((name, _)) = switches.given.iter().find(|(name, _)| known().all(|known| known != name)) {
        let what = format!("migration `{}` with a switch", args.migration);
        return Err(Failure::usage(no_such("unknown_switch", &what, name, known())));
    }
    let route = engine.route(&args.migration, &context, now_ms, &switches);
    if args.log {
        // Only switches of this migration, as they stand: what decided, and nothing else of the environment.
        let given = names.iter().filter_map(|name| {
            let value = match switches.get(name)? {
                SwitchValue::Text(text) => Value::from(text),
                SwitchValue::Bool(on) => Value::Bool(on),
                // A text that is not UTF-8 counts as what is of another type.
                SwitchValue::Other => Value::List(Vec::new()),
            };
            Some((name.clone(), value))
        });
        let given = Value::map(given);
        let given = if given == Value::map([]) { Value::Null } else { given };
        let line = engine.log_route(&args.migration, &attributes, now_ms, &given);
        screen.bytes(format!("{line}\n").as_bytes())?;
    } else if screen.is_json() {
        screen.value(&route)?;
    } else {
        screen.text(&render::route::page(&route))?;
    }
    Ok(exit_of(route.error))
}

/// The names of the switches of a migration.
fn switch_names(engine: &Engine, migration: &str) -> Option<Vec<String>> {
    let rows = engine.table().migrations;
    let row = rows.into_iter().find(|row| row.name == migration)?;
    Some(row.switches.into_iter().map(str::to_owned).collect())
}

/// Switches given on the command line, and behind them those of the environment.
struct Switches<'a> {
    given: &'a [(String, String)],
    /// The environment by name, where it is asked for; `None` is a value that is not UTF-8.
    environment: BTreeMap<String, Option<String>>,
}

impl<'a> Switches<'a> {
    fn new(args: &'a Route) -> Self {
        let environment = args.env.then(std::env::vars_os).into_iter().flatten();
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()))
        };
        Self { given: &args.switches, environment: environment.filter_map(text).collect() }
    }
}

impl SwitchSource for Switches<'_> {
    fn get(&self, name: &str) -> Option<SwitchValue<'_>> {
        SwitchSource::get(self.given, name).or_else(|| match self.environment.get(name)? {
            Some(text) => Some(SwitchValue::Text(text)),
            None => Some(SwitchValue::Other),
        })
    }
}
