//! The records of a side, divided by the hash of their keys: in memory, and on a disk where they are too many.

use cutover_reconcile::partition;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where records go that memory has no place for.
#[derive(Debug, Clone)]
pub(super) enum Spill {
    /// Nowhere: all of them are kept in memory.
    Never,
    /// A file in this folder.
    Folder(PathBuf),
}

/// The records of a side.
pub(super) struct Store {
    parts: Vec<Part>,
    held: usize,
    limit: usize,
    spill: Spill,
    file: Option<File>,
    end: u64,
}

#[derive(Default)]
struct Part {
    held: Vec<u8>,
    /// Where in the file earlier records are.
    spilled: Vec<(u64, usize)>,
}

impl Store {
    /// A store of so many parts that keeps `limit` bytes in memory.
    pub(super) fn new(parts: u32, limit: usize, spill: Spill) -> Self {
        let parts = (0..parts).map(|_| Part::default()).collect();
        Self { parts, held: 0, limit, spill, file: None, end: 0 }
    }

    /// Adds a record.
    #[inline]
    pub(super) fn push(&mut self, hash: u64, record: &[u8]) -> io::Result<()> {
        let parts = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        if let Some(part) = self.parts.get_mut(partition(hash, parts) as usize) {
            part.held.extend_from_slice(record);
            self.held += record.len();
        }
        if self.held > self.limit { self.flush() } else { Ok(()) }
    }

    #[cold]
    fn flush(&mut self) -> io::Result<()> {
        let Spill::Folder(folder) = &self.spill else { return Ok(()) };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(nameless(folder)?),
        };
        for part in self.parts.iter_mut().filter(|part| !part.held.is_empty()) {
            file.write_all(&part.held)?;
            part.spilled.push((self.end, part.held.len()));
            self.end += part.held.len() as u64;
            part.held.clear();
        }
        self.held = 0;
        Ok(())
    }

    /// Ends the adding: where a part of the records is on the disk, all of them go there.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if self.file.is_some() {
            self.flush()?;
            self.parts.iter_mut().for_each(|part| part.held = Vec::new());
        }
        Ok(())
    }

    /// How many bytes are on the disk.
    pub(super) fn spilled(&self) -> u64 {
        self.end
    }

    /// Takes the records of a part.
    pub(super) fn take(&mut self, part: usize) -> io::Result<Vec<u8>> {
        let Some(part) = self.parts.get_mut(part).map(std::mem::take) else { return Ok(Vec::new()) };
        let Some(file) = &mut self.file else { return Ok(part.held) };
        let mut records = vec![0; part.spilled.iter().map(|(_, len)| len).sum()];
        let mut rest = records.as_mut_slice();
        for (start, len) in part.spilled {
            let Some((piece, after)) = rest.split_at_mut_checked(len) else { break };
            file.seek(SeekFrom::Start(start))?;
            file.read_exact(piece)?;
            rest = after;
        }
        Ok(records)
    }
}

/// A file that nobody else finds, and that is gone when it is closed, even where the process is killed.
fn nameless(folder: &Path) -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    #[cfg(windows)]
    {
        const DELETE_ON_CLOSE: u32 = 0x0400_0000;
        std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, DELETE_ON_CLOSE);
    }
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("cutover-reconcile-{}-{count}", std::process::id()));
        match options.open(&path) {
            Ok(file) => {
                #[cfg(unix)]
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}
