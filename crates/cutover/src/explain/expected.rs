//! What a test compares with, as people read it.

use crate::hash_list::to_hex;
use crate::ruleset::cidr::Network;
use crate::value::Value;
use cutover_decider::Arena;
use cutover_decider::decide::cidr::wide;
use cutover_decider::format::{bounds, converted, op, set, texts};

/// How many values of a list an explanation shows.
const SHOWN: usize = 8;

/// What the test of this code compares with; of long lists the first values.
pub(super) fn expected(arena: &Arena, code: u32, operand: u32) -> Value {
    match code {
        op::SET => {
            let (mut shown, count) = values(arena, operand);
            if count > SHOWN {
                shown.push(Value::Text(format!("… {count} in all")));
            }
            Value::List(shown)
        }
        op::CONTAINS => Value::List(values(arena, arena.word(operand)).0),
        op::HASHED => {
            let count = arena.word(operand.saturating_add(2));
            let digests = arena.slice(operand.saturating_add(3), count.saturating_mul(8)).as_chunks::<8>().0;
            let hex = |words: &[u32; 8]| {
                let mut bytes = [0; 32];
                for (place, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
                    *place = word.to_be_bytes();
                }
                Value::Text(to_hex(&bytes))
            };
            Value::List(digests.iter().take(SHOWN).map(hex).collect())
        }
        op::RANGE => {
            let bits = arena.word(operand);
            let bound = |bits: u32, at: u32| match arena.long(operand.saturating_add(at)) {
                _ if bits & bounds::THERE == 0 => Value::Null,
                float if bits & bounds::FLOAT != 0 => Value::Float(f64::from_bits(float)),
                int => Value::Int(int.cast_signed()),
            };
            Value::List(vec![bound(bits, bounds::LOW), bound(bits >> bounds::SHIFT, bounds::HIGH)])
        }
        op::ORDER => {
            let bits = arena.word(operand);
            let bound = |bits: u32, at: u32| match bits & bounds::THERE {
                0 => Value::Null,
                _ => Value::from(arena.text(operand.saturating_add(at))),
            };
            Value::List(vec![bound(bits, bounds::LOW), bound(bits >> bounds::SHIFT, bounds::HIGH)])
        }
        op::STARTS_WITH | op::ENDS_WITH => {
            let count = arena.word(operand).saturating_mul(2);
            let all = arena.slice(operand.saturating_add(texts::WORDS), count).as_chunks::<2>().0;
            let text = |[offset, length]: &[u32; 2]| Value::from(arena.text_at(*offset, *length));
            Value::List(all.iter().take(SHOWN).map(text).collect())
        }
        op::MATCHES | op::SEMVER => Value::from(arena.text(operand)),
        op::EXISTS => Value::Bool(operand != 0),
        op::CONVERTED => match arena.record(operand) {
            Some(&[_, code, operand]) if code != op::CONVERTED => expected(arena, code, operand),
            _ => Value::Null,
        },
        op::BEFORE | op::AFTER => Value::Int(arena.instant(operand)),
        op::CIDR => {
            let count = arena.word(operand).saturating_mul(8);
            let networks = arena.slice(operand.saturating_add(1), count).as_chunks::<8>().0;
            let text = |[a0, a1, a2, a3, m0, m1, m2, m3]: &[u32; 8]| {
                let network = Network::of(wide([*a0, *a1, *a2, *a3]), wide([*m0, *m1, *m2, *m3]));
                Value::Text(network.to_string())
            };
            Value::List(networks.iter().take(SHOWN).map(text).collect())
        }
        _ => Value::Null,
    }
}

/// How the value of a test is converted; 0 where it is not.
pub(super) fn conversion(arena: &Arena, code: u32, operand: u32) -> u32 {
    if code == op::CONVERTED { arena.word(operand.saturating_add(converted::HOW)) } else { 0 }
}

/// The first values of a set, and how many it holds.
fn values(arena: &Arena, at: u32) -> (Vec<Value>, usize) {
    let Some(&[text_count, int_count, float_count, bits]) = arena.record(at) else {
        return Default::default();
    };
    let first = at.saturating_add(set::WORDS);
    let texts = arena.slice(first, text_count.saturating_mul(set::TEXT_WORDS)).as_chunks::<3>().0;
    let ints_at = first.saturating_add(text_count.saturating_mul(set::TEXT_WORDS));
    let ints = arena.slice(ints_at, int_count.saturating_mul(2)).as_chunks::<2>().0;
    let floats_at = ints_at.saturating_add(int_count.saturating_mul(2));
    let floats = arena.slice(floats_at, float_count.saturating_mul(2)).as_chunks::<2>().0;
    let long = |[low, high]: &[u32; 2]| u64::from(*low) | u64::from(*high) << 32;
    let bools = [false, true].into_iter().filter(|value| bits & (1 << u32::from(*value)) != 0);
    let count = texts.len() + ints.len() + floats.len() + bools.clone().count();
    let values = texts
        .iter()
        .map(|[offset, length, _]| Value::from(arena.text_at(*offset, *length)))
        .chain(ints.iter().map(|words| Value::Int(long(words).cast_signed())))
        .chain(floats.iter().map(|words| Value::Float(f64::from_bits(long(words)))))
        .chain(bools.map(Value::Bool));
    (values.take(SHOWN).collect(), count)
}
