//! stub
pub struct Limits;
impl Default for Limits {
    fn default() -> Self {
        Limits
    }
}
#[derive(Debug)]
pub struct Error;
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stub")
    }
}
pub fn compile(p: &str, _: &Limits) -> Result<Vec<u32>, Error> {
    Ok(p.bytes().map(u32::from).collect())
}
pub fn is_match(p: &[u32], t: &[u8]) -> Option<bool> {
    let p: Vec<u8> = p.iter().map(|w| *w as u8).collect();
    Some(String::from_utf8_lossy(t).contains(&*String::from_utf8_lossy(&p)))
}
pub fn validate(_: &[u32]) -> bool {
    true
}
impl Error {
    pub fn is_too_large(&self) -> bool {
        false
    }
}
