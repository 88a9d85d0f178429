//! Named hash contracts as documents ask them: in a condition on a bucket, and in what a rule serves.

use super::condition::Kind;
use super::fields::{Fields, Reader};
use super::serve::{By, Weights};
use crate::diagnostic::Diagnostic;
use crate::document::{Content, Node, Path};
use cutover_decider::contract::{Hash, MAX_TOTAL};

/// A contract, and whose unit lies where.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Contract<'a> {
    pub(crate) hash: Hash,
    pub(crate) salt: Option<&'a str>,
    pub(crate) by: By<'a>,
    /// How many positions there are, where the document says it or the contract does.
    pub(crate) total: Option<u64>,
    /// Whether the document says how many there are.
    pub(crate) is_given: bool,
}

impl Contract<'_> {
    /// How many positions a split divides whose weights have this sum: those beyond it are nobody's.
    pub(crate) fn total_of(&self, sum: u64) -> u64 {
        let (_, possible) = self.hash.totals();
        let is_fixed = possible.start() == possible.end();
        self.total.filter(|_| self.is_given || is_fixed).unwrap_or(sum)
    }
}

/// A condition on where a unit lies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bucket<'a> {
    pub(crate) contract: Contract<'a>,
    /// How many positions there are.
    pub(crate) total: u64,
    /// First positions, and the first ones behind.
    pub(crate) ranges: Vec<(u64, u64)>,
    /// What the condition is where there is no unit.
    pub(crate) otherwise: Option<bool>,
}

const BUCKET_KEYS: &[&str] = &["hash", "salt", "by", "of", "in"];

impl Reader {
    /// Reads `{ hash, salt, by, of, in }`, and `otherwise` beside it.
    pub(crate) fn bucket<'a>(
        &mut self,
        node: &Node<'a>,
        at: Path<'_>,
        beside: &mut Fields<'a>,
        path: Path<'_>,
    ) -> Option<Kind<'a>> {
        let otherwise = beside.take("otherwise").map(|node| self.bool(node, path.key("otherwise")));
        let mut fields = self.fields(node, at)?;
        let hash = fields.need(self, at, "hash").and_then(|node| self.named_hash(node, at.key("hash")));
        let contract = hash.and_then(|hash| self.contract(hash, &mut fields, at));
        let list = fields.need(self, at, "in");
        fields.finish(self, at, BUCKET_KEYS);
        let (contract, list) = (contract?, list?);
        let Some(total) = contract.total else {
            self.note_no_total(&contract, node, at);
            return None;
        };
        let ranges = self.ranges(list, at.key("in"), total)?;
        let otherwise = match otherwise {
            Some(read) => Some(read?),
            None => None,
        };
        Some(Kind::Bucket(Box::new(Bucket { contract, total, ranges, otherwise })))
    }

    /// Reads the name of a contract.
    pub(crate) fn named_hash(&mut self, node: &Node<'_>, path: Path<'_>) -> Option<Hash> {
        let found = match node.content {
            Content::Int(1) => Some(Hash::Cutover1),
            Content::Text(name) => Hash::named(name),
            _ => None,
        };
        if found.is_none() {
            let names = Hash::ALL.map(Hash::name);
            let text = node.quoted();
            self.note(
                Diagnostic::error(
                    "unknown_hash",
                    path.to_string(),
                    node.at,
                    "there is no such hash contract",
                )
                .found(&*text)
                .expected(names)
                .nearest(&text, names),
            );
        }
        found
    }

    /// Reads what stands beside the name of a contract.
    pub(crate) fn contract<'a>(
        &mut self,
        hash: Hash,
        fields: &mut Fields<'a>,
        path: Path<'_>,
    ) -> Option<Contract<'a>> {
        let salt = match fields.take("salt") {
            Some(node) if hash == Hash::Cutover1 => Some(self.salt(node, path.key("salt"))?),
            Some(node) => Some(self.text(node, path.key("salt"))?),
            None => None,
        };
        let is_first_of = fields
            .rest()
            .find(|entry| entry.key == "by")
            .is_some_and(|entry| matches!(entry.value.content, Content::Map(_)));
        let by = self.by(fields, path);
        if is_first_of && hash == Hash::Cutover1 {
            self.note(
                Diagnostic::error(
                    "bad_unit",
                    path.key("by").to_string(),
                    fields.at,
                    "`first_of` belongs to the contracts of other systems",
                )
                .expected(["the path of one attribute"])
                .help("a unit that is sometimes a user and sometimes a tenant moves when somebody signs in"),
            );
            return None;
        }
        let (usual, possible) = hash.totals();
        let given = match fields.take("of") {
            Some(node) => {
                let total = self.position(node, path.key("of"), *possible.end())?;
                if !possible.contains(&total) {
                    let (least, most) = (possible.start(), possible.end());
                    let expected =
                        if least == most { least.to_string() } else { format!("from {least} to {most}") };
                    self.note(
                        Diagnostic::error(
                            "bad_total",
                            path.key("of").to_string(),
                            node.at,
                            format!("`{}` has not so many positions", hash.name()),
                        )
                        .found(total.to_string())
                        .expected([expected]),
                    );
                    return None;
                }
                Some(total)
            }
            None => None,
        };
        let is_given = given.is_some();
        Some(Contract { hash, salt, by: by?, total: given.or(usual), is_given })
    }

    /// Notes what belongs to a named contract, and stands without one.
    pub(crate) fn without_hash(&mut self, fields: &mut Fields<'_>, path: Path<'_>) {
        for key in ["salt", "of"] {
            let Some(node) = fields.take(key) else { continue };
            self.note(
                Diagnostic::error(
                    "missing_key",
                    path.key(key).to_string(),
                    node.at,
                    format!("`{key}` stands beside the `hash` of a named contract"),
                )
                .expected(["hash"])
                .help("the salt of a flag stands in the flag, beside its `rules`"),
            );
        }
    }

    /// Whether a split can be drawn by a named contract.
    pub(crate) fn check_split(
        &mut self,
        weights: &Weights<'_>,
        has_share: bool,
        contract: &Contract<'_>,
        node: &Node<'_>,
        path: Path<'_>,
    ) -> Option<()> {
        let name = contract.hash.name();
        let wrong = |message: String| Diagnostic::error("bad_split", path.to_string(), node.at, message);
        if has_share {
            self.note(
                wrong("a split by a named contract has no rollout around it".to_owned())
                    .found(name)
                    .help("give the rule a condition on a `bucket`, and serve the split"),
            );
            return None;
        }
        let sum = weights.sum();
        let most = contract.total_of(sum).min(*contract.hash.totals().1.end());
        if sum <= most {
            return Some(());
        }
        self.note(
            wrong(format!("the weights of this split sum to more than the positions of `{name}`"))
                .found(sum.to_string())
                .expected([format!("a sum of at most {most}")]),
        );
        None
    }

    /// Whether a share can be taken by a named contract: it has to be known of how many positions.
    pub(crate) fn check_share(
        &mut self,
        contract: &Contract<'_>,
        node: &Node<'_>,
        path: Path<'_>,
    ) -> Option<()> {
        if contract.total.is_none() {
            self.note_no_total(contract, node, path);
        }
        contract.total.map(drop)
    }

    fn note_no_total(&mut self, contract: &Contract<'_>, node: &Node<'_>, path: Path<'_>) {
        self.note(
            Diagnostic::error(
                "missing_key",
                path.to_string(),
                node.at,
                format!("`{}` does not say how many positions there are", contract.hash.name()),
            )
            .expected(["of"])
            .help("write `of`, the number of positions"),
        );
    }

    /// Reads ranges of positions: pairs of the first position and the first one behind.
    fn ranges(&mut self, node: &Node<'_>, path: Path<'_>, total: u64) -> Option<Vec<(u64, u64)>> {
        let items = self.list(node, path)?;
        if items.is_empty() {
            self.note(
                Diagnostic::error(
                    "empty_list",
                    path.to_string(),
                    node.at,
                    "a list without ranges takes nobody",
                )
                .expected(["at least one range [from, to]"]),
            );
            return None;
        }
        let ranges: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(index, item)| self.range_of_positions(item, path.index(index), total))
            .collect();
        ranges.into_iter().collect()
    }

    fn range_of_positions(&mut self, node: &Node<'_>, path: Path<'_>, total: u64) -> Option<(u64, u64)> {
        let Content::List([from, to]) = node.content else {
            self.wrong_type(node, path, "a range [from, to] of whole numbers");
            return None;
        };
        let (from, to) =
            (self.position(from, path.index(0), total)?, self.position(to, path.index(1), total)?);
        if from > to {
            self.note(
                Diagnostic::error(
                    "empty_range",
                    path.to_string(),
                    node.at,
                    "no position lies between these two",
                )
                .expected(["a range [from, to], the lower one first"]),
            );
            return None;
        }
        Some((from, to))
    }

    /// Reads a whole number from 0 to `most`.
    fn position(&mut self, node: &Node<'_>, path: Path<'_>, most: u64) -> Option<u64> {
        let number = match node.content {
            Content::Int(int) => u64::try_from(int).ok().filter(|number| *number <= most.min(MAX_TOTAL)),
            _ => None,
        };
        if number.is_none() {
            self.note(
                Diagnostic::error("bad_position", path.to_string(), node.at, "this is no position")
                    .found(node.quoted())
                    .expected([format!("a whole number from 0 to {most}")]),
            );
        }
        number
    }
}
