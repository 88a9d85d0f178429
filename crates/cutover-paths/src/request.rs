//! Requests: what an entry may ask about.

use crate::entry::By;
use crate::path::{BadPath, Path};
use cutover_decider::bucket::Unit;

/// A request, as far as a table asks about it.
///
/// ```
/// use cutover_paths::{Request, Unit};
/// let headers = [("Host", "shop.example"), ("Cookie", "theme=dark; session=8f14e45f")];
/// let attributes = [("userId", Unit::Text(b"user_123")), ("tenantId", Unit::Int(7))];
/// let request = Request::new("GET", "/api/orders/7")?.headers(&headers).attributes(&attributes);
/// assert_eq!(request.cookie("session"), Some("8f14e45f"));
/// # Ok::<(), cutover_paths::BadPath>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: Path<'a>,
    headers: &'a [(&'a str, &'a str)],
    attributes: &'a [(&'a str, Unit<'a>)],
}

impl<'a> Request<'a> {
    /// A request of this method and target. Methods compare byte for byte, as HTTP has them.
    ///
    /// # Errors
    /// [`BadPath`] where the target has a path that two readers could read differently.
    pub fn new(method: &'a str, target: &'a str) -> Result<Self, BadPath> {
        Ok(Self { method, path: Path::new(target)?, headers: &[], attributes: &[] })
    }

    /// A request as it came over the wire, to be passed on as it is: its target has no bytes but those of a URI.
    ///
    /// # Errors
    /// Those of [`Request::new`], and [`BadPath::NotUri`].
    ///
    /// ```
    /// use cutover_paths::{BadPath, Request};
    /// assert!(Request::received("GET", "/caf%C3%A9?page=2").is_ok());
    /// assert_eq!(Request::received("GET", "/orders?page=2 3").err(), Some(BadPath::NotUri));
    /// ```
    pub fn received(method: &'a str, target: &'a str) -> Result<Self, BadPath> {
        let request = Self::new(method, target)?;
        if target.bytes().all(|byte| byte.is_ascii_graphic()) { Ok(request) } else { Err(BadPath::NotUri) }
    }

    /// The same with these headers; [`Table::asked_headers`](crate::Table::asked_headers) says which ones matter.
    #[must_use]
    pub fn headers(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// The same with these attributes; [`Table::asked_attributes`](crate::Table::asked_attributes) says which ones matter.
    #[must_use]
    pub fn attributes(self, attributes: &'a [(&'a str, Unit<'a>)]) -> Self {
        Self { attributes, ..self }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> Path<'a> {
        self.path
    }

    /// The values of a header, whose name compares without regard to case.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// The first value of a cookie of this name.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&'a str> {
        let pairs = self.values("cookie").flat_map(|value| value.split(';'));
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| key.trim() == name)
            .map(|(_, value)| value.trim())
    }

    /// What a rollout hashes, and `None` where the request does not have it.
    pub(crate) fn unit(&self, by: &By) -> Option<Unit<'a>> {
        match by {
            By::Header(name) => self.values(name).next().map(|value| Unit::Text(value.as_bytes())),
            By::Cookie(name) => self.cookie(name).map(|value| Unit::Text(value.as_bytes())),
            By::Attribute(name) => self.attributes.iter().find(|(key, _)| key == name).map(|(_, unit)| *unit),
        }
    }
}
