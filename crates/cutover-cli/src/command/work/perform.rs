//! Performing one effect by a shell command.

use cutover::work::Task;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often it is looked whether a command has ended.
const LOOK: Duration = Duration::from_millis(10);
/// How long is waited for the last of what a command that has ended wrote.
const LAST_LINES: Duration = Duration::from_millis(500);
/// So much of a line is kept.
const LINE: usize = 500;

/// What came of a command.
pub(super) enum Came {
    /// It ended with 0.
    Well(Option<String>),
    /// It ended with something else, by itself.
    Otherwise(i32, Option<String>),
    /// It could not be run, or was ended: what it would have said is not known.
    NotAtAll(String),
}

/// Runs a command. `held` is what its run is held by: the command inherits it as its input, in which there is nothing.
pub(super) fn perform(task: &Task, command: &str, folder: &Path, held: &File, show: &dyn Fn(&str)) -> Came {
    let mut child = match begin(task, command, folder, held) {
        Ok(child) => child,
        Err(error) => return Came::NotAtAll(format!("it could not be run: {error}")),
    };
    let lines = lines_of(&mut child);
    let until = task.timeout_ms.and_then(|ms| Instant::now().checked_add(Duration::from_millis(ms)));
    let mut last = None;
    let ended = loop {
        for line in lines.try_iter() {
            show(&line);
            last = Some(line);
        }
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if until.is_some_and(|until| Instant::now() >= until) => {
                end(&mut child);
                return Came::NotAtAll("it took longer than its timeout, and was ended".to_owned());
            }
            Ok(None) => thread::sleep(LOOK),
            Err(error) => return Came::NotAtAll(format!("what came of it is not known: {error}")),
        }
    };
    // A process that it left behind may keep its output open for ever.
    let patience = Instant::now() + LAST_LINES;
    while let Ok(line) = lines.recv_timeout(patience.saturating_duration_since(Instant::now())) {
        show(&line);
        last = Some(line);
    }
    came(ended, last)
}

fn came(ended: ExitStatus, last: Option<String>) -> Came {
    match ended.code() {
        Some(0) => Came::Well(last),
        // What a shell says where there is no such command, or none that it may run.
        Some(code @ (126 | 127)) => Came::NotAtAll(format!("the shell could not run it ({code})")),
        Some(code) => Came::Otherwise(code, last),
        None => Came::NotAtAll("a signal ended it".to_owned()),
    }
}

fn begin(task: &Task, command: &str, folder: &Path, held: &File) -> std::io::Result<Child> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).current_dir(folder);
    shell.stdin(Stdio::from(held.try_clone()?)).stdout(Stdio::piped()).stderr(Stdio::inherit());
    shell
        .env("CUTOVER_ID", &task.call.id)
        .env("CUTOVER_ATTEMPT", task.call.attempt.to_string())
        .env("CUTOVER_PHASE", &task.call.phase)
        .env("CUTOVER_NAME", &task.name);
    if let Some(point) = &task.restore_point {
        shell.env("CUTOVER_RESTORE_POINT", point);
    }
    for (name, value) in &task.params {
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        shell.env(format!("CUTOVER_PARAM_{name}"), value);
    }
    #[cfg(unix)]
    {
        // A group of its own, so that a timeout ends all of it.
        use std::os::unix::process::CommandExt as _;
        shell.process_group(0);
    }
    shell.spawn()
}

/// What a command writes, line by line.
fn lines_of(child: &mut Child) -> Receiver<String> {
    let (send, lines) = channel();
    if let Some(output) = child.stdout.take() {
        thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end().chars().take(LINE).collect();
                if send.send(line).is_err() {
                    return;
                }
            }
        });
    }
    lines
}

/// Ends a command and all that it began.
fn end(child: &mut Child) {
    #[cfg(unix)]
    {
        let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}
