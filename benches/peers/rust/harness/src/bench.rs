//! The loop that every engine is timed in; it is compiled for each engine by itself.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::engine::{Engine, Failure, User};

/// Where the configurations and the users are.
pub fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.data")
}

pub fn read(name: &str) -> Result<String, Failure> {
    std::fs::read_to_string(data().join(name)).map_err(|error| format!("{name}: {error}"))
}

/// The users. They stay for as long as the process runs, so that contexts may borrow from them.
pub fn users() -> Result<&'static [User], Failure> {
    let users: Vec<User> = serde_json::from_str(&read("users.json")?).map_err(|error| error.to_string())?;
    Ok(users.leak())
}

/// CPU time of the whole process, in nanoseconds.
pub fn cpu_time() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// What one of the loops asks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    IsOn,
    Serves(&'static str),
}

/// An engine with both of its configurations loaded, and what its loops need.
pub struct Bench<E: Engine> {
    single: E,
    many: E,
    users: &'static [User],
    single_contexts: Vec<E::Context>,
    many_contexts: Vec<E::Context>,
    flags: Vec<E::Flag>,
    draws: Vec<usize>,
    /// Where the next slice goes on.
    call: usize,
}

impl<E: Engine> Bench<E> {
    pub fn open(format: &str) -> Result<Self, Failure> {
        let single = E::open(&read(&format!("{format}.single.json"))?)?;
        let many = E::open(&read(&format!("{format}.many.json"))?)?;
        let users = users()?;
        let flags = (0..1000).map(|index| many.flag(&format!("flag_{index}"))).collect();
        let draws = serde_json::from_str(&read("draws.json")?).map_err(|error| error.to_string())?;
        let single_contexts = users.iter().map(|user| single.context(user)).collect();
        let many_contexts = users.iter().map(|user| many.context(user)).collect();
        Ok(Self { single, many, users, single_contexts, many_contexts, flags, draws, call: 0 })
    }

    /// Asks for one flag, so many times; says how often the answer was yes.
    #[inline(never)]
    fn one_flag(&mut self, flag: &E::Flag, question: Question, fresh: bool, calls: usize) -> usize {
        let mut found = 0;
        let mut user = self.call % self.users.len();
        for _ in 0..calls {
            let built;
            let context = if fresh {
                built = self.single.context(&self.users[user]);
                &built
            } else {
                &self.single_contexts[user]
            };
            let answer = match question {
                Question::IsOn => self.single.is_on(black_box(flag), black_box(context)),
                Question::Serves(value) => self.single.serves(black_box(flag), black_box(context), value),
            };
            found += usize::from(black_box(answer));
            user += 1;
            if user == self.users.len() {
                user = 0;
            }
        }
        self.call += calls;
        found
    }

    /// Asks for one of the 1,000 flags, so many times; says how often the answer was yes.
    #[inline(never)]
    fn any_flag(&mut self, fresh: bool, calls: usize) -> usize {
        let mut found = 0;
        let mut user = self.call % self.users.len();
        let mut draw = self.call % self.draws.len();
        for _ in 0..calls {
            let built;
            let context = if fresh {
                built = self.many.context(&self.users[user]);
                &built
            } else {
                &self.many_contexts[user]
            };
            let flag = &self.flags[self.draws[draw]];
            found += usize::from(black_box(self.many.is_on(black_box(flag), black_box(context))));
            user += 1;
            if user == self.users.len() {
                user = 0;
            }
            draw += 1;
            if draw == self.draws.len() {
                draw = 0;
            }
        }
        self.call += calls;
        found
    }

    fn run(&mut self, workload: &str, fresh: bool, calls: usize) -> Result<usize, Failure> {
        let (name, question) = match workload {
            "W1" => ("static", Question::IsOn),
            "W2" => ("rollout", Question::IsOn),
            "W3" => ("targeted", Question::IsOn),
            "W4" => ("heavy", Question::Serves("b")),
            "W5" => return Ok(self.any_flag(fresh, calls)),
            other => return Err(format!("there is no workload {other}")),
        };
        let flag = self.single.flag(name);
        Ok(self.one_flag(&flag, question, fresh, calls))
    }

    /// The share of the users that each flag is on for, and of those in each variant of W4.
    #[expect(clippy::cast_precision_loss, reason = "there are a thousand users")]
    pub fn check(&mut self) -> Result<Value, Failure> {
        let count = self.users.len();
        let share = |found: usize| found as f64 / count as f64;
        let mut shares = serde_json::Map::new();
        for workload in ["W1", "W2", "W3", "W5"] {
            shares.insert(workload.to_owned(), json!(share(self.run(workload, false, count)?)));
        }
        let heavy = self.single.flag("heavy");
        let mut variants = serde_json::Map::new();
        let mut rest = count;
        for name in ["a", "b", "c"] {
            let found = self.one_flag(&heavy, Question::Serves(name), false, count);
            rest = rest.saturating_sub(found);
            if found > 0 {
                variants.insert(name.to_owned(), json!(share(found)));
            }
        }
        if rest > 0 {
            variants.insert("anything else".to_owned(), json!(share(rest)));
        }
        shares.insert("W4".to_owned(), Value::Object(variants));
        Ok(json!({ "shares": shares }))
    }

    /// Nanoseconds a call of each slice, by the CPU time of the process and by the clock.
    #[expect(clippy::cast_precision_loss, reason = "a slice takes milliseconds")]
    pub fn measure(
        &mut self,
        workload: &str,
        fresh: bool,
        calls: usize,
        slices: usize,
    ) -> Result<Value, Failure> {
        let mut cpu = Vec::new();
        let mut wall = Vec::new();
        for _ in 0..slices {
            let clock = Instant::now();
            let start = cpu_time();
            black_box(self.run(workload, fresh, calls)?);
            cpu.push((cpu_time() - start) as f64 / calls as f64);
            wall.push(clock.elapsed().as_nanos() as f64 / calls as f64);
        }
        Ok(json!({ "cpu": cpu, "wall": wall }))
    }
}
