//! Paths of requests: read once, refused where two readers could read them differently.

use crate::path::BadPath::{
    Backslash, BadEncoding, Control, DotSegment, DoubleEncoding, EncodedSlash, Fragment, NotAbsolute,
    NotUtf8, TooLong,
};
use core::fmt;

/// The most segments of an entry's path. A request may have more: they are below any entry.
pub const MAX_SEGMENTS: usize = 32;
/// The longest path of a request, without its query.
pub const MAX_PATH_BYTES: usize = u16::MAX as usize;

/// The path of a request, checked and cut into segments.
///
/// The router and the service behind it read the same bytes, and a path that they read differently could reach a
/// service past the entry that is there to catch it. So:
///
/// - What ends at `?` is the path; the query does not matter.
/// - Empty segments do not count: `//api///orders/` is `/api/orders`.
/// - Segments are compared decoded, once, byte for byte and with regard to case: `/api/%6Frders` is `/api/orders`.
/// - What follows a `;` in a segment is not compared, as servers of matrix parameters cut it off; `%3B` is a `;`, too.
/// - Refused, with a [`BadPath`]: dot segments, encoded or not; encoded slashes; backslashes, encoded or not; control
///   characters; `#`; encodings that are broken, not UTF-8 or encoded twice (`%2565`); what does not begin with `/`.
///
/// ```
/// use cutover_paths::{BadPath, Path};
/// assert!(Path::new("/api//orders/%C3%A9t%C3%A9?page=2").is_ok());
/// assert_eq!(Path::new("/public/%2e%2e/admin").err(), Some(BadPath::DotSegment));
/// assert_eq!(Path::new("/public%2Fadmin").err(), Some(BadPath::EncodedSlash));
/// ```
#[derive(Clone, Copy)]
pub struct Path<'a> {
    text: &'a str,
    spans: [(u16, u16); MAX_SEGMENTS],
    count: usize,
    /// There are more segments than spans.
    is_longer: bool,
    /// Nothing is encoded, and there is no `;`.
    is_plain: bool,
}

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadPath {
    /// It does not begin with `/`.
    NotAbsolute,
    /// It has more than [`MAX_PATH_BYTES`].
    TooLong,
    /// A segment is `.` or `..`, encoded or not.
    DotSegment,
    /// `%2F`.
    EncodedSlash,
    /// A backslash, which some servers read as a slash.
    Backslash,
    /// A control character, encoded or not.
    Control,
    /// `#`, which no request sends.
    Fragment,
    /// A `%` without two hexadecimal digits.
    BadEncoding,
    /// An encoding of an encoding: who decodes twice reads something else.
    DoubleEncoding,
    /// What is encoded is not UTF-8.
    NotUtf8,
}

impl BadPath {
    /// A stable name of the reason, such as `dot_segment`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            NotAbsolute => "not_absolute",
            TooLong => "too_long",
            DotSegment => "dot_segment",
            EncodedSlash => "encoded_slash",
            Backslash => "backslash",
            Control => "control_character",
            Fragment => "fragment",
            BadEncoding => "bad_encoding",
            DoubleEncoding => "double_encoding",
            NotUtf8 => "not_utf8",
        }
    }
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotAbsolute => "a path begins with `/`",
            TooLong => "the path is longer than 65535 bytes",
            DotSegment => "the path has a segment `.` or `..`",
            EncodedSlash => "the path has an encoded slash",
            Backslash => "the path has a backslash",
            Control => "the path has a control character",
            Fragment => "the path has a `#`",
            BadEncoding => "a `%` of the path is not followed by two hexadecimal digits",
            DoubleEncoding => "the path is encoded twice",
            NotUtf8 => "what the path encodes is not UTF-8",
        })
    }
}

impl core::error::Error for BadPath {}

impl<'a> Path<'a> {
    /// Reads the target of a request: its path, and perhaps a query.
    ///
    /// # Errors
    /// [`BadPath`] where another reader could read another path. Answer 400, and forward nothing.
    pub fn new(target: &'a str) -> Result<Self, BadPath> {
        let text = target.split_once('?').map_or(target, |(path, _)| path);
        if !text.starts_with('/') {
            return Err(NotAbsolute);
        }
        if text.len() > MAX_PATH_BYTES {
            return Err(TooLong);
        }
        let mut path =
            Self { text, spans: [(0, 0); MAX_SEGMENTS], count: 0, is_longer: false, is_plain: true };
        let mut start = 0;
        for segment in text.split('/') {
            let end = start + segment.len();
            path.push(segment, start, end)?;
            start = end + 1;
        }
        Ok(path)
    }

    fn push(&mut self, segment: &str, start: usize, end: usize) -> Result<(), BadPath> {
        let is_plain = check(segment)?;
        self.is_plain &= is_plain;
        let is_empty = if is_plain { segment.is_empty() } else { named(segment).next().is_none() };
        if is_empty {
            return Ok(());
        }
        let span = (u16::try_from(start).unwrap_or(u16::MAX), u16::try_from(end).unwrap_or(u16::MAX));
        match self.spans.get_mut(self.count) {
            Some(place) => {
                *place = span;
                self.count += 1;
            }
            None => self.is_longer = true,
        }
        Ok(())
    }

    /// As it was given, without the query.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// A segment as it was given, and `None` past the end or past [`MAX_SEGMENTS`].
    #[inline]
    pub(crate) fn segment(&self, index: usize) -> Option<&'a str> {
        let (start, end) = *self.spans.get(..self.count)?.get(index)?;
        self.text.get(usize::from(start)..usize::from(end))
    }

    /// True where a path of so many segments, which are this one's first, is not all of it.
    pub(crate) fn goes_on_after(&self, segments: usize) -> bool {
        segments < self.count || self.is_longer
    }

    /// The segments from `first` on, however many there are.
    pub(crate) fn segments_from(&self, first: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        self.text.split('/').filter(|segment| named(segment).next().is_some()).skip(first)
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Path").field(&self.text).finish()
    }
}

/// A byte for which a segment has to be looked at closely.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'%' | b';' | 0..=0x1F | 0x7F | b'\\' | b'#')
}

/// True where nothing of the segment is encoded and it has no `;`.
fn check(segment: &str) -> Result<bool, BadPath> {
    if segment.bytes().fold(false, |seen, byte| seen | is_special(byte)) {
        return check_closely(segment).map(|()| false);
    }
    if matches!(segment, "." | "..") { Err(DotSegment) } else { Ok(true) }
}

#[cold]
fn check_closely(segment: &str) -> Result<(), BadPath> {
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let byte = encoded(&mut bytes).ok_or(BadEncoding)?;
                check_byte(byte)?;
                match byte {
                    b'/' => return Err(EncodedSlash),
                    0x80.. => check_character(byte, &mut bytes)?,
                    _ => {}
                }
            }
            b'#' => return Err(Fragment),
            byte => check_byte(byte)?,
        }
    }
    if is_encoded_again(segment) {
        return Err(DoubleEncoding);
    }
    let is_dots = |dots: &[u8]| named(segment).eq(dots.iter().copied());
    if is_dots(b".") || is_dots(b"..") { Err(DotSegment) } else { Ok(()) }
}

fn check_byte(byte: u8) -> Result<(), BadPath> {
    match byte {
        0..=0x1F | 0x7F => Err(Control),
        b'\\' => Err(Backslash),
        _ => Ok(()),
    }
}

/// A character that is encoded in more than one byte must be encoded whole.
fn check_character(first: u8, bytes: &mut core::str::Bytes<'_>) -> Result<(), BadPath> {
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Err(NotUtf8),
    };
    let mut character = [0; 4];
    for (index, place) in character.iter_mut().take(length).enumerate() {
        *place = match index {
            0 => first,
            _ if bytes.next() == Some(b'%') => encoded(bytes).ok_or(BadEncoding)?,
            _ => return Err(NotUtf8),
        };
    }
    let character = character.get(..length).unwrap_or_default();
    core::str::from_utf8(character).map(|_| ()).map_err(|_| NotUtf8)
}

/// True where what is decoded could be decoded once more.
fn is_encoded_again(segment: &str) -> bool {
    let mut bytes = decoded(segment);
    while let Some(byte) = bytes.next() {
        let mut next = bytes.clone();
        let mut is_digit = || next.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        if byte == b'%' && is_digit() && is_digit() {
            return true;
        }
    }
    false
}

/// The byte of the two hexadecimal digits that come next.
fn encoded(bytes: &mut core::str::Bytes<'_>) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(bytes.next()?)? * 16 + digit(bytes.next()?)?;
    u8::try_from(value).ok()
}

/// The bytes of a checked segment, decoded.
pub(crate) fn decoded(segment: &str) -> impl Iterator<Item = u8> + Clone {
    let mut bytes = segment.bytes();
    core::iter::from_fn(move || match bytes.next()? {
        b'%' => encoded(&mut bytes),
        byte => Some(byte),
    })
}

/// The bytes of a segment that are compared with literals: decoded, without matrix parameters.
pub(crate) fn named(segment: &str) -> impl Iterator<Item = u8> {
    decoded(segment).take_while(|byte| *byte != b';')
}

/// Whether a segment of an entry's path could be part of a request's.
pub(crate) fn check_literal(segment: &str) -> Result<(), BadPath> {
    check(segment).map(|_| ())
}
