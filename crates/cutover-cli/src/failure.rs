//! Why a command has no answer, and how that is told.

use crate::exit::Exit;
use crate::input::Source;
use crate::render;
use crate::screen::Screen;
use cutover::Diagnostic;
use std::io;

/// Why a command ended without its answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A text is refused, or something on the command line is of no use.
    Refused {
        /// How the command ends.
        exit: Exit,
        /// The text that the diagnostics are about, where they are about one.
        source: Option<Source>,
        /// What is wrong.
        diagnostics: Vec<Diagnostic>,
    },
    /// The answer could not be written.
    Output(io::Error),
}

/// The JSON of a failure.
#[derive(serde::Serialize)]
pub(crate) struct Report<'a> {
    pub(crate) diagnostics: &'a [Diagnostic],
}

impl Failure {
    /// A ruleset that does not load.
    pub(crate) fn ruleset(source: Source, diagnostics: Vec<Diagnostic>) -> Self {
        Self::Refused { exit: Exit::No, source: Some(source), diagnostics }
    }

    /// Something on the command line is of no use.
    pub(crate) fn usage(diagnostic: Diagnostic) -> Self {
        Self::Refused { exit: Exit::Usage, source: None, diagnostics: vec![diagnostic] }
    }

    /// Tells what happened: people on standard error, programs on standard output.
    pub(crate) fn report(self, screen: &Screen) -> Exit {
        match self {
            // Whoever reads has all that it wants, as with `| head -1`.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Output(error) => {
                screen.note(&format!("cutover: standard output cannot be written: {error}\n"));
                Exit::Usage
            }
            Self::Refused { exit, diagnostics, .. } if screen.is_json() => {
                match screen.value(&Report { diagnostics: &diagnostics }).err() {
                    Some(Self::Output(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
                        Self::Output(error).report(screen)
                    }
                    _ => exit,
                }
            }
            Self::Refused { exit, source, diagnostics } => {
                screen.note(&render::diagnostic::all(source.as_ref(), &diagnostics));
                exit
            }
        }
    }
}
