//! MurmurHash3 for 32 bits (`murmur3_x86_32`), in pieces.

/// The hash of what was written so far.
#[derive(Debug)]
pub(super) struct Murmur3 {
    hash: u32,
    /// The bytes that are no whole word yet, the first lowest.
    tail: u32,
    length: u32,
}

/// The hash of parts, one behind the other.
pub(super) fn of(seed: u32, parts: &[&[u8]]) -> u32 {
    let mut hash = Murmur3::new(seed);
    parts.iter().for_each(|part| hash.write(part));
    hash.finish()
}

fn mixed(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

impl Murmur3 {
    pub(super) fn new(seed: u32) -> Self {
        Self { hash: seed, tail: 0, length: 0 }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let place = self.length % 4;
            self.tail |= u32::from(*byte) << (8 * place);
            self.length = self.length.wrapping_add(1);
            if place == 3 {
                self.hash = (self.hash ^ mixed(self.tail)).rotate_left(13);
                self.hash = self.hash.wrapping_mul(5).wrapping_add(0xe654_6b64);
                self.tail = 0;
            }
        }
    }

    pub(super) fn finish(self) -> u32 {
        let mut hash = self.hash ^ mixed(self.tail) ^ self.length;
        hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
        hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
        hash ^ hash >> 16
    }
}
