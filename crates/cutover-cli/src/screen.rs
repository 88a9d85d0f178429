//! Where answers go: one JSON value for programs, styled text for people.

use crate::failure::Failure;
use anstream::{AutoStream, ColorChoice};
use serde::Serialize;
use std::io::{self, IsTerminal as _, Write as _};

/// Standard output and standard error, and how to write to them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    color: ColorChoice,
    json: bool,
}

impl Screen {
    pub(crate) fn new(color: clap::ColorChoice, json: bool) -> Self {
        let color = match color {
            clap::ColorChoice::Auto => ColorChoice::Auto,
            clap::ColorChoice::Always => ColorChoice::AlwaysAnsi,
            clap::ColorChoice::Never => ColorChoice::Never,
        };
        Self { color, json }
    }

    /// Whether programs are to be answered rather than people.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Writes the one JSON value of this run.
    pub(crate) fn value(&self, answer: &impl Serialize) -> Result<(), Failure> {
        let mut line = cutover::wire::to_json(answer);
        line.push('\n');
        self.bytes(line.as_bytes())
    }

    /// Writes bytes that are no text for people.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::Output)
    }

    /// Writes styled text; where no colour is wanted its styles are left out.
    pub(crate) fn text(&self, styled: &str) -> Result<(), Failure> {
        let mut out = AutoStream::new(io::stdout().lock(), self.color);
        out.write_all(styled.as_bytes()).and_then(|()| out.flush()).map_err(Failure::Output)
    }

    /// Writes styled text beside the answer, to standard error. Where that is closed there is nobody to tell.
    pub(crate) fn note(&self, styled: &str) {
        let mut out = AutoStream::new(io::stderr().lock(), self.color);
        let _ = out.write_all(styled.as_bytes()).and_then(|()| out.flush());
    }

    /// How many columns a person sees at once; `None` where no person looks.
    pub(crate) fn width(&self) -> Option<usize> {
        if !io::stdout().is_terminal() {
            return None;
        }
        terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
    }
}
