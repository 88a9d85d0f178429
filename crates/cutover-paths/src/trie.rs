//! A trie over the segments of paths, in flat vectors: the entries that match a path, in their order.

use crate::path::{MAX_SEGMENTS, Path};
use crate::pattern::{End, Pattern, Segment};
use crate::segment;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

/// Where a piece of a vector lies.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone)]
struct Node {
    /// Its edges, sorted by the hashes of their texts.
    edges: Span,
    /// The node behind a parameter; 0 is none, for the root is behind nothing.
    parameter: u32,
    /// The entries that end here, by what they take.
    ends: [Span; 3],
}

#[derive(Debug, Clone)]
struct Edge {
    hash: u32,
    text: Span,
    node: u32,
}

/// The paths of all entries.
///
/// A walk sees each node at most once, as a node is reached by one path only; it sees the nodes of more than one branch
/// only where a literal and a parameter match alike.
#[derive(Debug, Clone)]
pub(crate) struct Trie {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    entries: Vec<u32>,
    texts: String,
}

/// A node while the trie grows.
#[derive(Default)]
struct Growing<'a> {
    edges: BTreeMap<&'a str, usize>,
    parameter: usize,
    ends: [Vec<u32>; 3],
}

impl Trie {
    /// A trie of these paths; of those that end alike, the first comes first.
    pub(crate) fn new<'a>(patterns: impl Iterator<Item = (usize, &'a Pattern)>) -> Self {
        let mut growing = Vec::from([Growing::default()]);
        for (entry, pattern) in patterns {
            let node = grow(&mut growing, pattern);
            let end = growing.get_mut(node).and_then(|node| node.ends.get_mut(pattern.end as usize));
            if let Some(end) = end {
                end.push(small(entry));
            }
        }
        let mut trie =
            Self { nodes: Vec::new(), edges: Vec::new(), entries: Vec::new(), texts: String::new() };
        for node in &growing {
            let node = trie.flat(node);
            trie.nodes.push(node);
        }
        trie
    }

    fn flat(&mut self, node: &Growing<'_>) -> Node {
        let start = small(self.edges.len());
        let mut edges: Vec<_> = node
            .edges
            .iter()
            .map(|(text, node)| (segment::hash(text.bytes()), *text, small(*node)))
            .collect();
        edges.sort_unstable();
        for (hash, text, node) in edges {
            let start = small(self.texts.len());
            self.texts.push_str(text);
            let text = Span { start, end: small(self.texts.len()) };
            self.edges.push(Edge { hash, text, node });
        }
        let edges = Span { start, end: small(self.edges.len()) };
        let ends = node.ends.each_ref().map(|entries| {
            let start = small(self.entries.len());
            self.entries.extend(entries);
            Span { start, end: small(self.entries.len()) }
        });
        Node { edges, parameter: small(node.parameter), ends }
    }

    /// Visits the entries that match a path, the first one first, until one is taken.
    pub(crate) fn walk<T>(
        &self,
        path: &Path<'_>,
        mut visit: impl FnMut(usize) -> ControlFlow<T>,
    ) -> ControlFlow<T> {
        self.step(0, 0, path, &mut visit)
    }

    /// No deeper than [`MAX_SEGMENTS`], as no path of an entry is longer.
    fn step<T>(
        &self,
        node: u32,
        depth: usize,
        path: &Path<'_>,
        visit: &mut impl FnMut(usize) -> ControlFlow<T>,
    ) -> ControlFlow<T> {
        let Some(node) = self.nodes.get(node as usize) else { return ControlFlow::Continue(()) };
        if let Some(hash) = path.hash(depth) {
            if let Some(next) = self.literal(node.edges, hash, depth, path) {
                self.step(next, depth + 1, path, visit)?;
            }
            if node.parameter != 0 {
                self.step(node.parameter, depth + 1, path, visit)?;
            }
        }
        let ends =
            if path.goes_on_after(depth) { [End::Below, End::Onwards] } else { [End::Only, End::Onwards] };
        for end in ends {
            let Some(span) = node.ends.get(end as usize) else { continue };
            for entry in piece(&self.entries, *span) {
                visit(*entry as usize)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// The node behind the literal that a segment is.
    #[inline]
    fn literal(&self, edges: Span, hash: u32, depth: usize, path: &Path<'_>) -> Option<u32> {
        let edges = piece(&self.edges, edges);
        let first = edges.partition_point(|edge| edge.hash < hash);
        let mut alike = edges.get(first..)?.iter().take_while(|edge| edge.hash == hash);
        let is_it = |edge: &&Edge| path.is(depth, piece(self.texts.as_bytes(), edge.text));
        alike.find(is_it).map(|edge| edge.node)
    }
}

/// The node where a pattern ends; what is missing on the way grows.
fn grow<'a>(nodes: &mut Vec<Growing<'a>>, pattern: &'a Pattern) -> usize {
    debug_assert!(pattern.segments.len() <= MAX_SEGMENTS, "a longer path is refused");
    let mut at = 0;
    for segment in &pattern.segments {
        let new = nodes.len();
        let Some(node) = nodes.get_mut(at) else { break };
        at = match segment {
            Segment::Literal(text) => *node.edges.entry(text).or_insert(new),
            Segment::Parameter(_) if node.parameter == 0 => {
                node.parameter = new;
                new
            }
            Segment::Parameter(_) => node.parameter,
        };
        if at == new {
            nodes.push(Growing::default());
        }
    }
    at
}

fn piece<T>(all: &[T], span: Span) -> &[T] {
    all.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// A table of more than 2^32 parts does not fit the memory.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
