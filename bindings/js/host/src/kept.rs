//! Prepared contexts that are kept where the engine reads them.

/// How many bytes of contexts are kept; the oldest make room for the newest.
const KEPT_BYTES: usize = 1 << 20;

/// Memory for prepared contexts. JavaScript says which lies where, and knows what was overwritten since.
///
/// ```
/// let mut kept = cutover_js_host::Kept::default();
/// assert!(kept.put(16, &[1, 2, 3]));
/// assert!(kept.at(16).starts_with(&[1, 2, 3]));
/// assert!(kept.at(1 << 30).is_empty());
/// assert!(!kept.put(1 << 30, &[1]));
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

    /// Puts a packed context at `at`; false where it does not fit there.
    pub fn put(&mut self, at: usize, packed: &[u8]) -> bool {
        let end = at.checked_add(packed.len());
        let place = end.and_then(|end| self.all().get_mut(at..end));
        place.is_some_and(|place| {
            place.copy_from_slice(packed);
            true
        })
    }

    /// What is kept from `at` on; nothing where that is outside.
    #[must_use]
    #[inline]
    pub fn at(&self, at: usize) -> &[u8] {
        self.bytes.get(at..).unwrap_or_default()
    }
}
