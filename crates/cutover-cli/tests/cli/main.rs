//! The program as a shell sees it: arguments and standard input in, exit code, standard output and standard error out.

mod alerts;
mod broken;
mod check;
mod compile;
mod contexts;
mod diff;
mod eval;
mod explain;
mod gate;
mod import;
mod incident;
mod lists;
mod plan;
mod pull_request;
mod replay;
mod report;
mod route;
mod runbook;
mod safety;
mod tools;
mod usage;
mod work;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A ruleset with some of everything.
const RULES: &str = include_str!("rules.yaml");

/// What a run left behind.
#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// A directory of its own for one test.
struct Folder(PathBuf);

impl Folder {
    /// An empty folder with [`RULES`] as `rules.yaml` in it. `name` is unique among the tests.
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        folder.file("rules.yaml", RULES);
        folder
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), content).unwrap();
    }

    /// The program in this folder, with no colour asked for by the environment that the tests run in.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
        command.current_dir(&self.0).args(args);
        for name in [
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "USE_NEW_READ",
            "USE_NEW_WRITE",
            "USE_BACKUP",
            "USE_OLD",
        ] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        run(&mut self.command(args), b"")
    }

    fn run_with_input(&self, args: &[&str], stdin: &[u8]) -> Run {
        run(&mut self.command(args), stdin)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a command to its end.
fn run(command: &mut Command, stdin: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that does not read its input closes it, which is no concern of the test.
        scope.spawn(move || input.write_all(stdin));
        child.wait_with_output().unwrap()
    });
    Run {
        code: output.status.code(),
        stdout: masked(&String::from_utf8(output.stdout).unwrap()),
        stderr: masked(&String::from_utf8(output.stderr).unwrap()),
    }
}

/// The text with every digest masked: what a ruleset hashes to is for other tests.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let flush = |out: &mut String, word: &mut String| {
        let is_digest = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        out.push_str(if is_digest { "DIGEST" } else { word });
        word.clear();
    };
    for char in text.chars() {
        if char.is_ascii_alphanumeric() {
            word.push(char);
        } else {
            flush(&mut out, &mut word);
            out.push(char);
        }
    }
    flush(&mut out, &mut word);
    out
}

impl Run {
    /// The run ended with this code and wrote exactly this.
    #[track_caller]
    fn wrote(&self, code: i32, stdout: &str, stderr: &str) {
        let shown =
            format!("{}\n--- stdout\n{}\n--- stderr\n{}", self.code.unwrap_or(-1), self.stdout, self.stderr);
        let wanted = format!("{code}\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        assert!(shown == wanted, "the run ended with {shown}\n=== wanted\n{wanted}");
    }

    /// The one JSON value on standard output, with nothing on standard error.
    #[track_caller]
    fn json(&self, code: i32) -> serde_json::Value {
        assert_eq!((self.code, self.stderr.as_str()), (Some(code), ""), "{self:?}");
        assert!(self.stdout.ends_with('\n') && self.stdout.lines().count() == 1, "{:?}", self.stdout);
        serde_json::from_str(&self.stdout).unwrap()
    }
}
