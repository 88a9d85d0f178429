//! Prepared contexts that are kept in the memory of a WebAssembly module, where the engine reads them.

/// How many bytes of contexts are kept; the oldest make room for the newest.
const KEPT_BYTES: usize = 1 << 20;

/// Memory for prepared contexts. JavaScript says which lies where, and knows what was overwritten since.
///
/// ```
/// let mut kept = cutover_js_host::Kept::default();
/// kept.all()[16] = 7;
/// assert_eq!(kept.at(16).first(), Some(&7));
/// assert!(kept.at(1 << 30).is_empty());
/// ```
#[derive(Default)]
pub struct Kept {
    bytes: Vec<u8>,
}

impl Kept {
    /// All of the memory, which is taken when it is first asked for, and then stays where it is; nothing where there is
    /// not so much.
    pub fn all(&mut self) -> &mut [u8] {
        if self.bytes.is_empty() && self.bytes.try_reserve_exact(KEPT_BYTES).is_ok() {
            self.bytes.resize(KEPT_BYTES, 0);
        }
        &mut self.bytes
    }

    /// What is kept from `at` on; nothing where that is outside.
    #[must_use]
    #[inline]
    pub fn at(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }
}
