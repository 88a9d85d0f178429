//! What the module holds.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use cutover_decider::Program;

/// How many bytes of prepared contexts are kept; JavaScript lets the oldest make room for the newest.
const KEPT_BYTES: usize = 1 << 20;

/// The programs by number, and the memory that is shared with JavaScript.
pub(crate) struct Instance {
    programs: Vec<Option<Program>>,
    pub(crate) area: Vec<u8>,
    pub(crate) answer: String,
    pub(crate) kept: Vec<u8>,
    pub(crate) outcomes: Vec<u32>,
}

/// An instance of the module has memory of its own, and one thread.
struct Only(RefCell<Instance>);

// SAFETY: no second thread can reach it: WebAssembly without shared memory has none, and nothing else calls the exports.
unsafe impl Sync for Only {}

static INSTANCE: Only = Only(RefCell::new(Instance::new()));

/// Asks the instance. One that has trapped in the middle of a question traps at the next one too.
pub(crate) fn with<T>(question: impl FnOnce(&mut Instance) -> T) -> T {
    question(&mut INSTANCE.0.borrow_mut())
}

impl Instance {
    const fn new() -> Self {
        Self {
            programs: Vec::new(),
            area: Vec::new(),
            answer: String::new(),
            kept: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    pub(crate) fn program(&self, engine: u32) -> Option<&Program> {
        self.programs.get(engine as usize)?.as_ref()
    }

    /// Gives a program a number, which is free again once it is released.
    pub(crate) fn hold(&mut self, program: Program) -> u32 {
        let at = self.programs.iter().position(Option::is_none).unwrap_or(self.programs.len());
        match self.programs.get_mut(at) {
            Some(free) => *free = Some(program),
            None => self.programs.push(Some(program)),
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    pub(crate) fn release(&mut self, engine: u32) {
        if let Some(program) = self.programs.get_mut(engine as usize) {
            *program = None;
        }
    }

    /// A name that lies in the first `bytes` of the area.
    pub(crate) fn name(&self, bytes: usize) -> &str {
        self.area.get(..bytes).and_then(|name| core::str::from_utf8(name).ok()).unwrap_or_default()
    }

    /// The memory for prepared contexts, which is taken when it is first asked for; nothing where there is not so much.
    pub(crate) fn kept(&mut self) -> &[u8] {
        if self.kept.is_empty() && self.kept.try_reserve_exact(KEPT_BYTES).is_ok() {
            self.kept.resize(KEPT_BYTES, 0);
        }
        &self.kept
    }
}
