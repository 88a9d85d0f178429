//! The hash of a bucket where the salt lies [framed](crate::format::frame) and the unit is an identifier of usual length.
//!
//! It is XXH3 of 42 to 87 bytes: a sum of lanes of sixteen bytes, of which one half is taken from the front and the
//! other from the end. Those from the end lie in the unit, and are read there; the front is put together in whole
//! words, so that nothing has to wait for bytes that were just written.

use crate::format::frame;

/// The start of XXH3's secret: what each lane is mixed with, in turn one from the front and one from the end.
const SECRET: [[u64; 2]; 6] = [
    [0xBE4B_A423_396C_FEB8, 0x1CAD_21F7_2C81_017C],
    [0xDB97_9083_E96D_D4DE, 0x1F67_B3B7_A4A4_4072],
    [0x78E5_C0CC_4EE6_79CB, 0x2172_FFCC_7DD0_5A82],
    [0x8E24_43F7_7446_08B8, 0x4C26_3A81_E690_35E0],
    [0xCB00_C391_BB52_283C, 0xA32E_531B_8B65_D088],
    [0x4EF9_0DA2_9748_6471, 0xD8AC_DEA9_46EF_1938],
];
const PRIME: u64 = 0x9E37_79B1_85EB_CA87;
const AVALANCHE: u64 = 0x1656_6791_9E37_79F9;

/// Units up to so many bytes, so that what is put together reaches far enough: where it takes a third lane from either
/// end, which begins beyond 64 bytes, at least 16 are the salt's.
const MAX_UNIT_BYTES: usize = 45;
/// The front: what a frame has, and sixteen bytes of the unit behind the words that it shares with it.
const FRONT_BYTES: usize = 64;
/// So many bytes before the frame are read too, so that the eight that end with it are always there.
pub(crate) const BEFORE_BYTES: u32 = 3;
/// Units from so many bytes on, so that two lanes from the end lie within them.
const UNIT_BYTES: usize = 32;

/// The hash of frame, length of the unit and unit; none where the unit is too short or all of it too long. The salt is
/// the first `length` bytes within the frame, up to [`frame::MAX_SALT_BYTES`].
#[inline(always)]
pub(crate) fn hash(from: &[u8; frame::READ_BYTES], length: usize, unit: &[u8]) -> Option<u64> {
    let start: &[u8; UNIT_BYTES] = unit.first_chunk()?;
    let end: &[u8; UNIT_BYTES] = unit.last_chunk()?;
    if length > frame::MAX_SALT_BYTES as usize || unit.len() > MAX_UNIT_BYTES {
        return None;
    }
    // Version, length, salt and tag; then the length of the unit.
    let frame_end = frame::HEAD_BYTES as usize + length + 1;
    let total = frame_end + 4 + unit.len();
    let mut front = [0; FRONT_BYTES];
    *front.first_chunk_mut()? = *from.last_chunk::<{ frame::READ_BYTES - BEFORE_BYTES as usize }>()?;
    // The two words that have the end of the frame, the length of the unit and its beginning.
    let (at, bits) = (frame_end & !7, (frame_end & 7) * 8);
    let ending = u64::from_le_bytes(*from.get(frame_end + BEFORE_BYTES as usize - 8..)?.first_chunk()?);
    let [l0, l1, l2, l3] = u32::try_from(unit.len()).ok()?.to_le_bytes();
    let [u0, u1, u2, u3, rest @ ..] = *start;
    let low = u64::from_le_bytes([l0, l1, l2, l3, u0, u1, u2, u3]);
    let high = u64::from_le_bytes(*rest.first_chunk()?);
    let words = [joined(ending, low, bits), joined(low, high, bits)];
    let [first, second, third @ ..] = front.get_mut(at..)?.first_chunk_mut::<32>()?.as_chunks_mut::<8>().0
    else {
        return None;
    };
    *first = words[0].to_le_bytes();
    *second = words[1].to_le_bytes();
    // Twelve bytes of the unit less those that the frame takes of its last word are in the two.
    third.as_flattened_mut().copy_from_slice(start.get(12 - bits / 8..)?.get(..16)?);

    let mut sum = (total as u64).wrapping_mul(PRIME);
    if total > 64 {
        sum = sum.wrapping_add(mix(front.get(32..)?, SECRET[4])?);
        // The third from the end begins before the unit.
        sum = sum.wrapping_add(mix(front.get(total - 48..)?, SECRET[5])?);
    }
    sum = sum.wrapping_add(mix(front.get(16..)?, SECRET[2])?).wrapping_add(mix(end, SECRET[3])?);
    sum = sum.wrapping_add(mix(&front, SECRET[0])?).wrapping_add(mix(end.get(16..)?, SECRET[1])?);
    sum ^= sum >> 37;
    sum = sum.wrapping_mul(AVALANCHE);
    Some(sum ^ sum >> 32)
}

/// The last `bits` of one word, below which those of the next begin.
#[inline(always)]
fn joined(word: u64, next: u64, bits: usize) -> u64 {
    ((u128::from(next) << 64 | u128::from(word)) << bits >> 64) as u64
}

/// The first sixteen bytes mixed with a part of the secret.
#[inline(always)]
fn mix(bytes: &[u8], [low, high]: [u64; 2]) -> Option<u64> {
    let [first, second] = bytes.as_chunks::<8>().0.first_chunk::<2>()?;
    let (first, second) = (u64::from_le_bytes(*first) ^ low, u64::from_le_bytes(*second) ^ high);
    let product = u128::from(first) * u128::from(second);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let folded = product as u64 ^ (product >> 64) as u64;
    Some(folded)
}
