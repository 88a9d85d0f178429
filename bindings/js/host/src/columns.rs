//! Many contexts at once, as columns in a packed buffer.
//!
//! The buffer begins with a slot for each attribute that the flag reads, in that order. The slot's tag is one of
//! [`tag`], its payload says where the cells begin, and for texts its length says where their bytes begin:
//!
//! ```text
//! MISSING   no cells: the attribute is missing in every row
//! SLOTS     a slot for each row, as in `cutover::packed`
//! FLOATS    f64 for each row
//! INTS      i32 for each row
//! WIDES     i64 for each row
//! TEXTS     u32 for each row and one more: where the text of a row begins, and that of the next one
//! ```
//!
//! all little-endian. Whatever a buffer holds, reading it is safe: cells that are not there read as missing, and a
//! text that is not UTF-8 is there and matches nothing.

use cutover::packed::{PackedContext, SLOT_BYTES};
use cutover::{AttributeId, ContextView, ValueRef};

/// The kinds of columns, as hosts write them.
pub mod tag {
    /// No cells.
    pub const MISSING: u32 = 0;
    /// Slots.
    pub const SLOTS: u32 = 1;
    /// Numbers of 64 bits.
    pub const FLOATS: u32 = 2;
    /// Whole numbers of 32 bits.
    pub const INTS: u32 = 3;
    /// Whole numbers of 64 bits.
    pub const WIDES: u32 = 4;
    /// Texts.
    pub const TEXTS: u32 = 5;
}

#[derive(Clone, Copy)]
enum Column<'a> {
    Missing,
    /// The number of the first slot.
    Slots(usize),
    Floats(&'a [u8]),
    Ints(&'a [u8]),
    Wides(&'a [u8]),
    Texts {
        offsets: &'a [u8],
        bytes: &'a [u8],
    },
}

/// The columns of a buffer, and the row that is decided.
pub(crate) struct Columns<'a> {
    packed: PackedContext<'a>,
    columns: Vec<(AttributeId, Column<'a>)>,
    pub(crate) row: usize,
}

impl<'a> Columns<'a> {
    pub(crate) fn new(reads: &[u32], packed: &'a [u8]) -> Self {
        let column = |(place, &attribute)| (AttributeId::from_index(attribute), column(packed, place));
        Self {
            packed: PackedContext::new(packed),
            columns: reads.iter().enumerate().map(column).collect(),
            row: 0,
        }
    }
}

fn column(packed: &[u8], place: usize) -> Column<'_> {
    let slot = packed.get(place * SLOT_BYTES..).and_then(|rest| rest.first_chunk::<SLOT_BYTES>());
    let Some(&[t0, t1, t2, t3, l0, l1, l2, l3, p0, p1, p2, p3, ..]) = slot else { return Column::Missing };
    let from = |bytes| packed.get(u32::from_le_bytes(bytes) as usize..).unwrap_or_default();
    let cells = [p0, p1, p2, p3];
    match u32::from_le_bytes([t0, t1, t2, t3]) {
        tag::SLOTS => Column::Slots(u32::from_le_bytes(cells) as usize / SLOT_BYTES),
        tag::FLOATS => Column::Floats(from(cells)),
        tag::INTS => Column::Ints(from(cells)),
        tag::WIDES => Column::Wides(from(cells)),
        tag::TEXTS => Column::Texts { offsets: from(cells), bytes: from([l0, l1, l2, l3]) },
        _ => Column::Missing,
    }
}

/// The cell of a row, where every cell has so many bytes.
fn cell<const BYTES: usize>(cells: &[u8], row: usize) -> Option<[u8; BYTES]> {
    cells.get(row.checked_mul(BYTES)?..)?.first_chunk().copied()
}

fn text<'a>(offsets: &[u8], bytes: &'a [u8], row: usize) -> Option<ValueRef<'a>> {
    let start = u32::from_le_bytes(cell(offsets, row)?) as usize;
    let end = u32::from_le_bytes(cell(offsets, row.checked_add(1)?)?) as usize;
    let text = bytes.get(start..end)?;
    Some(if std::str::from_utf8(text).is_ok() { ValueRef::Text(text) } else { ValueRef::Other })
}

impl ContextView for Columns<'_> {
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        let column = self.columns.iter().find(|(read, _)| *read == attribute).map(|(_, column)| *column);
        let read = match column.unwrap_or(Column::Missing) {
            Column::Missing => None,
            Column::Slots(first) => {
                let slot = first.checked_add(self.row).and_then(|slot| u32::try_from(slot).ok());
                slot.map(|slot| self.packed.value(AttributeId::from_index(slot)))
            }
            Column::Floats(cells) => cell(cells, self.row).map(f64::from_le_bytes).map(ValueRef::number),
            Column::Ints(cells) => {
                cell(cells, self.row).map(i32::from_le_bytes).map(i64::from).map(ValueRef::Int)
            }
            Column::Wides(cells) => cell(cells, self.row).map(i64::from_le_bytes).map(ValueRef::Int),
            Column::Texts { offsets, bytes } => text(offsets, bytes, self.row),
        };
        read.unwrap_or(ValueRef::Missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(tag: u32, length: u32, payload: u64) -> Vec<u8> {
        [&tag.to_le_bytes()[..], &length.to_le_bytes(), &payload.to_le_bytes()].concat()
    }

    fn shown(columns: &mut Columns<'_>, attribute: u32, row: usize) -> String {
        columns.row = row;
        format!("{:?}", columns.value(AttributeId::from_index(attribute)))
    }

    #[test]
    fn cells_are_read_row_by_row() {
        let reads = [7, 3, 5, 9, 2, 4];
        let arena = 6 * SLOT_BYTES as u32;
        let (slots, floats, ints, wides) = (arena, arena + 32, arena + 48, arena + 56);
        let (offsets, bytes) = (arena + 72, arena + 84);
        let mut packed = [
            slot(tag::SLOTS, 0, slots.into()),
            slot(tag::FLOATS, 0, floats.into()),
            slot(tag::INTS, 0, ints.into()),
            slot(tag::WIDES, 0, wides.into()),
            slot(tag::TEXTS, bytes, offsets.into()),
            slot(tag::MISSING, 0, 0),
            slot(cutover::packed::tag::TRUE, 0, 0),
            slot(cutover::packed::tag::INT, 0, 9),
        ]
        .concat();
        packed.extend([1.5_f64, 2.0].iter().flat_map(|value| value.to_le_bytes()));
        packed.extend([-1_i32, 2].iter().flat_map(|value| value.to_le_bytes()));
        packed.extend([i64::MIN, 3].iter().flat_map(|value| value.to_le_bytes()));
        packed.extend([0_u32, 1, 2].iter().flat_map(|value| value.to_le_bytes()));
        packed.extend(b"a\xFF");
        let mut columns = Columns::new(&reads, &packed);
        let rows = |columns: &mut Columns<'_>, attribute| [0, 1].map(|row| shown(columns, attribute, row));
        assert_eq!(rows(&mut columns, 7), ["Bool(true)", "Int(9)"]);
        assert_eq!(rows(&mut columns, 3), ["Float(1.5)", "Int(2)"]);
        assert_eq!(rows(&mut columns, 5), ["Int(-1)", "Int(2)"]);
        assert_eq!(rows(&mut columns, 9), ["Int(-9223372036854775808)", "Int(3)"]);
        assert_eq!(rows(&mut columns, 2), ["Text([97])", "Other"]);
        assert_eq!(rows(&mut columns, 4), ["Missing", "Missing"]);
        assert_eq!(rows(&mut columns, 8), ["Missing", "Missing"]);
    }

    #[test]
    fn what_lies_outside_is_missing() {
        let reads = [0];
        for kind in [tag::SLOTS, tag::FLOATS, tag::INTS, tag::WIDES, tag::TEXTS, 99] {
            for at in [0, 8, 15, 16, u64::from(u32::MAX)] {
                let packed = slot(kind, u32::MAX, at);
                for length in 0..=packed.len() {
                    let mut columns = Columns::new(&reads, packed.get(..length).unwrap_or_default());
                    for row in [1 << 20, usize::MAX - 1] {
                        let value = shown(&mut columns, 0, row);
                        assert_eq!(value, "Missing", "{kind} {at} {length} {row}");
                    }
                }
            }
        }
    }
}
