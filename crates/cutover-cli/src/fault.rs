//! Panics are faults of this program: one short message, and the exit code that says so.

use crate::exit::Exit;
use std::panic::PanicHookInfo;

/// Ends the process with [`Exit::Fault`] on a panic in any thread.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        anstream::eprintln!("{}", message(info));
        std::process::exit(Exit::Fault as i32);
    }));
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let what = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "cutover {version}: a fault of this program, not of your input: {what}{place}\n\
         Please report it with the command and the ruleset: {}/issues",
        env!("CARGO_PKG_REPOSITORY")
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    const SELF: &str = "CUTOVER_TEST_FAULT";

    /// Runs itself in a process of its own, for the hook ends the process.
    #[test]
    fn a_panic_in_any_thread_ends_with_70() {
        if std::env::var_os(SELF).is_some() {
            super::install();
            let _ = std::thread::spawn(|| panic!("the roof is on fire")).join();
            return;
        }
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "fault::tests::a_panic_in_any_thread_ends_with_70", "--nocapture"])
            .env(SELF, "1")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(70), "{stderr}");
        assert!(stderr.contains("not of your input: the roof is on fire ("), "{stderr}");
    }
}
