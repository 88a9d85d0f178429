//! A batch of rows as the engine sees it: which column is which attribute.

use super::column::{Column, Fault, Window};
use arrow_data::ArrayData;
use arrow_schema::DataType;
use cutover::{AttributeId, ContextView, Engine, FlagId, Value, ValueRef};
use std::cell::{Cell, OnceCell};
use std::ops::Range;

/// The rows of one batch, with the columns that are read of it, and no others.
pub(super) struct Batch {
    pub(super) rows: usize,
    columns: Vec<(String, Column)>,
    /// For each attribute of the engine its column; [`ABSENT`] for none.
    slots: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

impl Batch {
    /// The batch of these rows, for these flags.
    ///
    /// # Errors
    /// What is wrong with the table, and what to do about it.
    pub(super) fn new(data: &ArrayData, engine: &Engine, flags: &[FlagId]) -> Result<Self, String> {
        let mut columns: Vec<(String, Column)> = Vec::new();
        let mut slots = vec![ABSENT; engine.attributes().len()];
        for attribute in flags.iter().flat_map(|flag| engine.reads(*flag)) {
            let (Some(slot), Some(path)) =
                (slots.get_mut(attribute.index()), engine.attributes().get(attribute.index()))
            else {
                continue;
            };
            if *slot != ABSENT {
                continue;
            }
            let Some(window) = find(data, path)? else { continue };
            let mut column = Column::new(&window).map_err(|fault| said(path, fault))?;
            column.check_in_bulk().map_err(|fault| said(path, fault))?;
            *slot = u32::try_from(columns.len()).unwrap_or(ABSENT);
            columns.push((path.clone(), column));
        }
        Ok(Self { rows: data.len(), columns, slots })
    }

    /// A view of some rows, at the first of them.
    ///
    /// # Errors
    /// What is wrong with the columns of these rows.
    pub(super) fn view(&self, rows: Range<usize>) -> Result<Row<'_>, String> {
        for (path, column) in &self.columns {
            column.check(rows.clone()).map_err(|fault| said(path, fault))?;
        }
        let mut held = Vec::new();
        held.resize_with(self.columns.len(), OnceCell::new);
        let lists = self.columns.iter().any(|(_, column)| column.holds_lists());
        Ok(Row { batch: self, row: rows.start, lists, held, fault: Cell::new(None) })
    }
}

/// The rows of the attribute at a path, by the rule of [`cutover::Attributes::get`]: a column that is spelt like the
/// whole path comes before fields of structs.
pub(super) fn find<'a>(data: &'a ArrayData, path: &str) -> Result<Option<Window<'a>>, String> {
    let table = Window::whole(data);
    if let Some(column) = child(&table, path)? {
        return Ok(Some(column));
    }
    let mut at = table;
    for segment in path.split('.') {
        match child(&at, segment)? {
            Some(inner) => at = inner,
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

fn child<'a>(window: &Window<'a>, name: &str) -> Result<Option<Window<'a>>, String> {
    let DataType::Struct(fields) = window.data.data_type() else { return Ok(None) };
    let mut named = fields.iter().enumerate().filter(|(_, field)| field.name() == name);
    let Some((index, _)) = named.next() else { return Ok(None) };
    if named.next().is_some() {
        return Err(format!("data has two columns `{name}`, and only one can be the attribute: rename one"));
    }
    window.child(index).map(Some).ok_or_else(|| said(name, Fault::Broken))
}

pub(super) fn said(column: &str, fault: Fault) -> String {
    match fault {
        Fault::Encoding(encoding) => {
            format!(
                "the column `{column}` is {encoding}, which is to be decoded first: cast it to its plain type"
            )
        }
        Fault::Text => format!("the column `{column}` holds a text that is not UTF-8"),
        Fault::Broken => format!(
            "the column `{column}` is broken: an offset, key or length of its Arrow array leads out of the array"
        ),
    }
}

/// One row, as the engine sees it.
pub(super) struct Row<'a> {
    batch: &'a Batch,
    row: usize,
    lists: bool,
    /// For each column the list of the row, once it was asked for.
    held: Vec<OnceCell<Value>>,
    /// The first thing that could not be read, and of which column.
    fault: Cell<Option<(usize, Fault)>>,
}

impl Row<'_> {
    /// Goes to another row of those that the view was made for.
    #[inline]
    pub(super) fn go(&mut self, row: usize) {
        self.row = row;
        if self.lists {
            self.held.iter_mut().for_each(|held| drop(held.take()));
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// What could not be read in any row since the first.
    pub(super) fn finish(self) -> Result<(), String> {
        let Some((column, fault)) = self.fault.get() else { return Ok(()) };
        Err(said(self.batch.columns.get(column).map_or("", |(path, _)| path), fault))
    }
}

impl ContextView for Row<'_> {
    #[inline]
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        let Some(column) = self.batch.slots.get(attribute.index()) else { return ValueRef::Missing };
        let column = *column as usize;
        let (Some((_, values)), Some(held)) = (self.batch.columns.get(column), self.held.get(column)) else {
            return ValueRef::Missing;
        };
        values.value(self.row, held).unwrap_or_else(|fault| {
            self.fault.set(self.fault.get().or(Some((column, fault))));
            ValueRef::Missing
        })
    }
}
