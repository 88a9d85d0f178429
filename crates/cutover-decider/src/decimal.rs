//! Decimals and floats, where size comes before speed: the nearest float of a literal and the shortest literal of a
//! float, by arithmetic of long numbers. The standard library does the same faster, with tables of twenty kilobytes that
//! do not compress.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// More digits than decide which float is nearest; whether any follows is all that matters of the rest.
const MAX_DIGITS: usize = 800;
/// The largest power of ten that a float holds exactly, and all below it.
const EXACT_POWER: i32 = 22;
/// So many digits are exact in a float.
const EXACT_DIGITS: usize = 15;

/// The float that is nearest to a literal: digits, perhaps with a sign, a point and an exponent. Infinite where it is too
/// large; none where it is something else.
#[must_use]
pub fn parse(literal: &str) -> Option<f64> {
    let unsigned = literal.strip_prefix(['-', '+']).unwrap_or(literal);
    let mut digits = Vec::new();
    let (mut exponent, mut point, mut more, mut any) = (0_i32, false, false, false);
    let mut bytes = unsigned.as_bytes().iter();
    loop {
        match bytes.next().copied() {
            Some(byte @ b'0'..=b'9') => {
                any = true;
                let counts = digits.len() < MAX_DIGITS;
                match counts {
                    true if digits.is_empty() && byte == b'0' => {}
                    true => digits.push(byte - b'0'),
                    false => more |= byte != b'0',
                }
                exponent += i32::from(!counts) - i32::from(point);
            }
            Some(b'.') if !point => point = true,
            Some(b'e' | b'E') if any => {
                exponent = exponent.saturating_add(exponent_of(bytes.as_slice())?);
                break;
            }
            None if any => break,
            _ => return None,
        }
    }
    if more {
        digits.push(1);
        exponent -= 1;
    }
    let number = nearest(&digits, exponent);
    Some(if literal.starts_with('-') { -number } else { number })
}

/// The exponent that these digits are, perhaps with a sign; the largest one where it is larger.
fn exponent_of(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] | digits => (1, digits),
    };
    let step = |number: i32, byte: &u8| {
        byte.is_ascii_digit()
            .then(|| number.saturating_mul(10).saturating_add(i32::from(byte - b'0')).min(100_000_000))
    };
    (!digits.is_empty()).then(|| digits.iter().try_fold(0, step))?.map(|number| sign * number)
}

/// The float that is nearest to the digits times a power of ten.
fn nearest(digits: &[u8], exponent: i32) -> f64 {
    let magnitude = exponent.saturating_add(i32::try_from(digits.len()).unwrap_or(i32::MAX));
    if digits.is_empty() || magnitude < -330 {
        return 0.0;
    }
    if magnitude > 310 {
        return f64::INFINITY;
    }
    let near = about(digits, exponent);
    if digits.len() <= EXACT_DIGITS && exponent.abs() <= EXACT_POWER {
        return near;
    }
    let mut long = Long::default();
    digits.iter().for_each(|digit| long.times_plus(10, (*digit).into()));
    let mut bits = near.min(f64::MAX).to_bits();
    // From one float to the next, until the literal lies between the middles on both sides. It is a few steps.
    while bits < f64::INFINITY.to_bits() {
        let odd = bits & 1 == 1;
        let beyond = |bits: u64, ahead: Ordering| {
            let (mantissa, power) = parts(bits);
            let order = order(&long, exponent, mantissa * 2 + 1, power - 1);
            order == ahead || (order.is_eq() && odd)
        };
        if beyond(bits, Ordering::Greater) {
            bits += 1;
        } else if bits > 0 && beyond(bits - 1, Ordering::Less) {
            bits -= 1;
        } else {
            break;
        }
    }
    f64::from_bits(bits)
}

/// About the same, by floats; exact where there are few digits and a small exponent.
#[expect(clippy::cast_precision_loss, reason = "it need not be exact")]
fn about(digits: &[u8], exponent: i32) -> f64 {
    let mut rest = exponent;
    let mut first = 0_u64;
    for (place, digit) in digits.iter().enumerate() {
        if place < 19 {
            first = first * 10 + u64::from(*digit);
        } else {
            rest += 1;
        }
    }
    let mut number = first as f64;
    while rest != 0 {
        let step = rest.clamp(-EXACT_POWER, EXACT_POWER);
        let power = (0..step.abs()).fold(1.0, |power, _| power * 10.0);
        number = if step < 0 { number / power } else { number * power };
        rest -= step;
    }
    number
}

/// Whether digits times a power of ten are less or more than a mantissa times a power of two.
fn order(digits: &Long, ten: i32, mantissa: u64, two: i32) -> Ordering {
    let (mut left, mut right) = (digits.clone(), Long::of(mantissa));
    if ten < 0 { &mut right } else { &mut left }.times_ten(ten.unsigned_abs());
    if two < 0 { &mut left } else { &mut right }.shift(two.unsigned_abs());
    left.order(&right)
}

/// Mantissa and power of two of a positive float.
fn parts(bits: u64) -> (u64, i32) {
    let (mantissa, power) = (bits & ((1 << 52) - 1), i32::try_from(bits >> 52).unwrap_or(0));
    if power == 0 { (mantissa, -1074) } else { (mantissa | 1 << 52, power - 1075) }
}

/// The fewest digits that only this float is nearest to, and of those the nearest; the point is before so many of them. The
/// float is positive and finite.
#[must_use]
pub fn shortest(number: f64) -> (String, i32) {
    let bits = number.to_bits();
    let (mantissa, power) = parts(bits);
    let inclusive = mantissa & 1 == 0;
    // The float below is nearer where the mantissa is the least one.
    let nearer = mantissa == 1 << 52 && bits >> 52 > 1;
    let (mut rest, mut whole) = (Long::of(mantissa * 4), Long::of(4));
    let (mut above, mut below) = (Long::of(2), Long::of(if nearer { 1 } else { 2 }));
    let up = power.max(0).unsigned_abs();
    [&mut rest, &mut above, &mut below].into_iter().for_each(|long| long.shift(up));
    whole.shift(power.min(0).unsigned_abs());
    // Log of two, from below: it may be one too little.
    let mut point = ((power + 63 - mantissa.leading_zeros().cast_signed()) * 1233) >> 12;
    if point < 0 {
        let up = point.unsigned_abs();
        [&mut rest, &mut above, &mut below].into_iter().for_each(|long| long.times_ten(up));
    } else {
        whole.times_ten(point.unsigned_abs());
    }
    let reaches = |rest: &Long, above: &Long, whole: &Long| {
        let order = rest.plus(above).order(whole);
        order.is_gt() || (order.is_eq() && inclusive)
    };
    while reaches(&rest, &above, &whole) {
        whole.times_ten(1);
        point += 1;
    }
    let mut digits = String::new();
    loop {
        [&mut rest, &mut above, &mut below].into_iter().for_each(|long| long.times_ten(1));
        let mut digit = b'0';
        while rest.order(&whole).is_ge() {
            rest.less(&whole);
            digit += 1;
        }
        let order = rest.order(&below);
        let low = order.is_lt() || (order.is_eq() && inclusive);
        let high = reaches(&rest, &above, &whole);
        let round_up = match rest.plus(&rest).order(&whole) {
            _ if !high => false,
            _ if !low => true,
            Ordering::Equal => digit & 1 == 1,
            order => order.is_gt(),
        };
        digits.push(char::from(digit + u8::from(round_up)));
        if low || high {
            return (digits, point);
        }
    }
}

/// A float without an exponent, as `Display` of the standard library writes it.
#[must_use]
pub fn plain(number: f64) -> String {
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    let (digits, point) = shortest(number.abs());
    let text = pointed(&digits, point, "");
    if number < 0.0 { format!("-{text}") } else { text }
}

/// Digits with the point before so many of them; `tail` behind a whole number.
fn pointed(digits: &str, point: i32, tail: &str) -> String {
    let before = point.max(0).unsigned_abs() as usize;
    let zeros = |count: usize| "0".repeat(count);
    match digits.split_at_checked(before) {
        _ if point <= 0 => format!("0.{}{digits}", zeros(point.unsigned_abs() as usize)),
        Some((whole, fraction)) if !fraction.is_empty() => format!("{whole}.{fraction}"),
        _ => format!("{digits}{}{tail}", zeros(before - digits.len())),
    }
}

/// A float as JSON, as `serde_json` writes it.
#[must_use]
pub fn json(number: f64) -> String {
    if number == 0.0 {
        return if number.is_sign_negative() { "-0.0" } else { "0.0" }.to_owned();
    }
    let (digits, point) = shortest(number.abs());
    let text = match digits.split_at_checked(1) {
        Some((first, rest)) if !(-4..=16).contains(&point) => {
            let dot = if rest.is_empty() { "" } else { "." };
            let sign = if point > 0 { "+" } else { "" };
            format!("{first}{dot}{rest}e{sign}{}", point - 1)
        }
        _ => pointed(&digits, point, ".0"),
    };
    if number < 0.0 { format!("-{text}") } else { text }
}

/// A whole number of any size: its parts of 32 bits, the lowest first, and the last is not 0.
#[derive(Clone, Default)]
struct Long(Vec<u32>);

impl Long {
    fn of(number: u64) -> Self {
        let mut long = Self(vec![low(number), low(number >> 32)]);
        long.less(&Self::default());
        long
    }

    /// Times one number of 32 bits plus another.
    fn times_plus(&mut self, factor: u64, addend: u64) {
        let mut carry = addend;
        for part in &mut self.0 {
            carry += u64::from(*part) * factor;
            *part = low(carry);
            carry >>= 32;
        }
        if carry != 0 {
            self.0.push(low(carry));
        }
    }

    fn times_ten(&mut self, power: u32) {
        (0..power).for_each(|_| self.times_plus(10, 0));
    }

    /// Times a power of two.
    fn shift(&mut self, power: u32) {
        self.times_plus(1 << (power % 32), 0);
        if !self.0.is_empty() {
            let zeros = core::iter::repeat_n(0, (power / 32) as usize);
            self.0.splice(..0, zeros);
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let (mut sum, mut carry) = (Vec::new(), 0);
        for place in 0..self.0.len().max(other.0.len()) {
            carry += self.part(place) + other.part(place);
            sum.push(low(carry));
            carry >>= 32;
        }
        if carry != 0 {
            sum.push(low(carry));
        }
        Self(sum)
    }

    /// Takes away what is not more than this.
    fn less(&mut self, other: &Self) {
        let mut borrow = 0;
        for (place, part) in self.0.iter_mut().enumerate() {
            let difference = u64::from(*part).wrapping_sub(other.part(place)).wrapping_sub(borrow);
            *part = low(difference);
            borrow = difference >> 63;
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn part(&self, place: usize) -> u64 {
        self.0.get(place).copied().unwrap_or(0).into()
    }

    fn order(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

/// The lower half.
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn low(number: u64) -> u32 {
    number as u32
}
