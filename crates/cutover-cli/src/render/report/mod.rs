//! A rollout as Markdown, and as a page with plots.

mod filters;
mod plot;

use crate::failure::Failure;
use cutover::PlanReport;
use minijinja::{AutoEscape, Environment, Error, context};
use std::io;

/// What texts from outside are escaped for.
const MARKDOWN: AutoEscape = AutoEscape::Custom("markdown");

/// A report as Markdown.
pub(crate) fn markdown(report: &PlanReport<'_>) -> Result<String, Failure> {
    rendered("report.md", report)
}

/// A report as one page of HTML that needs nothing else.
pub(crate) fn html(report: &PlanReport<'_>) -> Result<String, Failure> {
    rendered("report.html", report)
}

fn rendered(template: &str, report: &PlanReport<'_>) -> Result<String, Failure> {
    let page = || -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|name| {
            if name.ends_with(".html") { AutoEscape::Html } else { MARKDOWN }
        });
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        filters::add(&mut environment);
        environment.add_template("report.html", include_str!("report.html"))?;
        environment.add_template("report.md", include_str!("report.md"))?;
        let told = context! {
            report => report,
            forest => plot::forest(&report.report),
            lines => plot::lines(&report.report),
        };
        environment.get_template(template)?.render(told)
    };
    page().map_err(|error| Failure::Output(io::Error::other(error)))
}
