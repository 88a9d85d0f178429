//! Paths of requests: read once, refused where two readers could read them differently.

use crate::path::BadPath::{
    Backslash, BadEncoding, Control, DotSegment, DoubleEncoding, EncodedSlash, Fragment, NotAbsolute, NotUri,
    NotUtf8, TooLong,
};
use crate::segment::{self, HASH_OF_NOTHING, mix, named};
use core::fmt;

/// The most segments of an entry's path. A request may have more: they are below any entry.
pub const MAX_SEGMENTS: usize = 16;
/// The longest path of a request, without its query.
pub const MAX_PATH_BYTES: usize = u16::MAX as usize;

/// The path of a request, checked and cut into segments.
///
/// The router and the service behind it read the same bytes, and a path that they read differently could reach a
/// service past the entry that is there to catch it. So:
///
/// - The path ends at `?`; the query does not matter.
/// - Empty segments do not count: `//api///orders/` is `/api/orders`.
/// - Segments are compared decoded, once, byte for byte and with regard to case: `/api/%6Frders` is `/api/orders`.
///   A service that does not regard case needs a router before it that writes paths in one way.
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
    parts: [Part; MAX_SEGMENTS],
    count: usize,
    /// There are more segments than parts.
    is_longer: bool,
    /// Nothing is encoded, and there is no `;`.
    is_plain: bool,
}

/// Where a segment lies, and the hash of what is compared of it.
#[derive(Clone, Copy, Default)]
struct Part {
    start: u16,
    end: u16,
    hash: u32,
}

/// A segment that is being read.
struct Open {
    start: usize,
    hash: u32,
    is_special: bool,
}

/// What a byte of a target is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Slash,
    Query,
    /// A byte for which a segment has to be looked at closely.
    Special,
}

const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Plain; 256];
    let mut rest: &mut [Kind] = &mut kinds;
    let mut byte: u8 = 0;
    while let Some((kind, behind)) = rest.split_first_mut() {
        *kind = match byte {
            b'/' => Kind::Slash,
            b'?' => Kind::Query,
            b'%' | b';' | 0..=0x1F | 0x7F | b'\\' | b'#' => Kind::Special,
            _ => Kind::Plain,
        };
        rest = behind;
        byte = byte.wrapping_add(1);
    }
    kinds
};

#[inline(always)]
fn kind(byte: u8) -> Kind {
    KINDS.get(usize::from(byte)).copied().unwrap_or(Kind::Special)
}

/// A path that is longer than that is refused in the end.
fn small(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
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
    /// A byte that no URI has, such as a space, in the path or in the query: each server reads it in its own way.
    NotUri,
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
            NotUri => "not_uri",
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
            NotUri => "the target has a byte that no URI has",
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
        if target.as_bytes().first() != Some(&b'/') {
            return Err(NotAbsolute);
        }
        let mut path = Self {
            text: target,
            parts: [Part::default(); MAX_SEGMENTS],
            count: 0,
            is_longer: false,
            is_plain: true,
        };
        let mut part = Open { start: 1, hash: HASH_OF_NOTHING, is_special: false };
        for (at, byte) in target.bytes().enumerate().skip(1) {
            let kind = kind(byte);
            if kind == Kind::Plain {
                part.hash = mix(part.hash, byte);
            } else if kind == Kind::Special {
                part.is_special = true;
            } else {
                path.push(part, at)?;
                part = Open { start: at + 1, hash: HASH_OF_NOTHING, is_special: false };
                if kind == Kind::Query {
                    path.text = target.get(..at).unwrap_or_default();
                    return path.measured();
                }
            }
        }
        path.push(part, target.len())?;
        path.measured()
    }

    fn measured(self) -> Result<Self, BadPath> {
        if self.text.len() > MAX_PATH_BYTES { Err(TooLong) } else { Ok(self) }
    }

    #[inline]
    fn push(&mut self, part: Open, end: usize) -> Result<(), BadPath> {
        let Open { start, mut hash, is_special } = part;
        if is_special {
            let segment = self.text.get(start..end).unwrap_or_default();
            segment::check(segment)?;
            self.is_plain = false;
            hash = segment::hash(named(segment));
            if named(segment).next().is_none() {
                return Ok(());
            }
        } else if start == end {
            return Ok(());
        } else if end - start <= 2 && matches!(self.text.get(start..end), Some("." | "..")) {
            return Err(DotSegment);
        }
        match self.parts.get_mut(self.count) {
            Some(part) => {
                *part = Part { start: small(start), end: small(end), hash };
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

    /// A segment as it was given, and `None` past the end or past [`MAX_SEGMENTS`].
    #[inline]
    pub(crate) fn segment(&self, index: usize) -> Option<&'a str> {
        let part = self.part(index)?;
        self.text.get(usize::from(part.start)..usize::from(part.end))
    }

    /// The hash of what is compared of a segment.
    #[inline]
    pub(crate) fn hash(&self, index: usize) -> Option<u32> {
        Some(self.part(index)?.hash)
    }

    /// True where what is compared of a segment is this text.
    #[inline]
    pub(crate) fn is(&self, index: usize, text: &[u8]) -> bool {
        if !self.is_plain {
            return self.segment(index).is_some_and(|segment| named(segment).eq(text.iter().copied()));
        }
        let segment = |part: &Part| self.text.as_bytes().get(usize::from(part.start)..usize::from(part.end));
        self.part(index).and_then(segment) == Some(text)
    }

    #[inline]
    fn part(&self, index: usize) -> Option<&Part> {
        self.parts.get(index).filter(|_| index < self.count)
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
