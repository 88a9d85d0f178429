//! Conditions: what a rule or a segment asks of a context.

use super::contract::Bucket;
use super::fields::{Fields, Reader, Spanned};
use super::how::{self, How};
use super::operator::{Operator, Test};
use super::window::Window;
use crate::diagnostic::Diagnostic;
use crate::document::{Node, Path, PathId};

/// A condition and the path that it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Condition<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) path: PathId,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind<'a> {
    All(Vec<Condition<'a>>),
    Any(Vec<Condition<'a>>),
    Not(Box<Condition<'a>>),
    Attribute { attribute: &'a str, operator: Operator, test: Test<'a>, how: How },
    Segment(Spanned<&'a str>),
    Flag { flag: Spanned<&'a str>, variants: Vec<Spanned<&'a str>> },
    Time(Box<Window<'a>>),
    Bucket(Box<Bucket<'a>>),
}

/// How deep conditions may be nested, which is also what the evaluator has room for.
pub(crate) const MAX_CONDITION_DEPTH: usize = 24;

const FORMS: &[&str] = &["attribute", "all", "any", "not", "segment", "flag", "time", "bucket"];

impl Reader {
    /// Reads a condition.
    pub(crate) fn condition<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Condition<'a>> {
        self.condition_at(node, path, 0)
    }

    fn condition_at<'a>(&mut self, node: &Node<'a>, path: Path<'_>, depth: usize) -> Option<Condition<'a>> {
        if depth >= MAX_CONDITION_DEPTH {
            self.note(
                Diagnostic::error(
                    "nested_too_deep",
                    path.to_string(),
                    node.at,
                    "conditions are nested too deep",
                )
                .expected([format!("at most {MAX_CONDITION_DEPTH} levels")])
                .help("move parts of it into segments"),
            );
            return None;
        }
        let path = self.paths.anchor(path);
        let mut fields = self.fields(node, path)?;
        let (first, second) = fields.take_kinds(|key| FORMS.iter().position(|form| *form == key));
        let Some((form, value)) = first else {
            let operator = fields.rest().find(|entry| Operator::named(entry.key).is_some());
            let help = operator.map(|entry| format!("`{}` needs an `attribute` beside it", entry.key));
            let mut problem =
                Diagnostic::error("bad_condition", path.to_string(), node.at, "this is no condition")
                    .expected(FORMS.iter().copied());
            if let Some(entry) = fields.rest().next() {
                problem = problem.found(entry.key);
                problem = match help {
                    Some(help) => problem.help(help),
                    None => problem.nearest(entry.key, FORMS.iter().copied()),
                };
            }
            self.note(problem);
            return None;
        };
        let name = |form: usize| FORMS.get(form).copied().unwrap_or_default();
        let form = name(form);
        if let Some((other, _)) = second {
            let other = name(other);
            self.note(
                Diagnostic::error(
                    "contradiction",
                    path.to_string(),
                    node.at,
                    format!("`{form}` and `{other}` stand in one condition"),
                )
                .found(format!("{form} and {other}"))
                .expected(["one of them"])
                .help("join conditions with `all` or `any`"),
            );
            return None;
        }
        let inner = path.key(form);
        let kind = match form {
            "all" => self.several(value, inner, depth).map(Kind::All),
            "any" => self.several(value, inner, depth).map(Kind::Any),
            "not" => self.condition_at(value, inner, depth + 1).map(|inner| Kind::Not(Box::new(inner))),
            "segment" => self.spanned_text(value, inner).map(Kind::Segment),
            "flag" => self.flag_is(value, inner, &mut fields, path),
            "time" => self.window(value, inner).map(|window| Kind::Time(Box::new(window))),
            "bucket" => self.bucket(value, inner, &mut fields, path),
            _ => return self.attribute(value, inner, fields, node, path),
        };
        let known: &[&str] = match form {
            "flag" => &["flag", "is"],
            "bucket" => &["bucket", "otherwise"],
            _ => &[form],
        };
        fields.finish(self, path, known);
        Some(Condition { kind: kind?, path: self.paths.keep(path) })
    }

    fn several<'a>(&mut self, node: &Node<'a>, path: Path<'_>, depth: usize) -> Option<Vec<Condition<'a>>> {
        let items = self.list(node, path)?;
        if items.is_empty() {
            self.note(
                Diagnostic::error("empty_list", path.to_string(), node.at, "a list of conditions is empty")
                    .expected(["at least one condition"]),
            );
            return None;
        }
        let mut conditions = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            conditions.push(self.condition_at(item, path.index(index), depth + 1));
        }
        conditions.into_iter().collect()
    }

    /// Reads `{ flag: NAME, is: VARIANT }`, where `is` may be a list; also the shape of a prerequisite.
    pub(crate) fn flag_is<'a>(
        &mut self,
        flag: &Node<'a>,
        at: Path<'_>,
        fields: &mut Fields<'a>,
        path: Path<'_>,
    ) -> Option<Kind<'a>> {
        let flag = self.spanned_text(flag, at);
        let node = fields.need(self, path, "is")?;
        let is = path.key("is");
        let variants = match &node.content {
            crate::document::Content::List(items) if !items.is_empty() => items
                .iter()
                .enumerate()
                .map(|(index, item)| self.variant_name(item, is.index(index)))
                .collect::<Option<_>>(),
            _ => self.variant_name(node, is).map(|variant| vec![variant]),
        };
        Some(Kind::Flag { flag: flag?, variants: variants? })
    }

    fn variant_name<'a>(&mut self, node: &Node<'a>, path: Path<'_>) -> Option<Spanned<&'a str>> {
        if let crate::document::Content::Bool(value) = node.content {
            let word = if value { "on" } else { "off" };
            self.note(
                Diagnostic::error(
                    "wrong_type",
                    path.to_string(),
                    node.at,
                    "a flag is one of its variants, by name",
                )
                .found(node.quoted())
                .expected(["the name of a variant"])
                .help(format!("write `{word}`")),
            );
            return None;
        }
        self.spanned_text(node, path)
    }

    fn attribute<'a>(
        &mut self,
        name: &Node<'a>,
        at: Path<'_>,
        mut fields: Fields<'a>,
        node: &Node<'_>,
        path: Path<'_>,
    ) -> Option<Condition<'a>> {
        let attribute = self.attribute_path(name, at);
        let found = fields.take_kinds(Operator::named);
        // Most conditions have nothing beside the operator.
        let how = match fields.is_done() {
            true => Some(How::default()),
            false => self.how(&mut fields, path, found.0.map(|(operator, _)| operator)),
        };
        let mut unknown = false;
        for entry in fields.rest() {
            unknown = true;
            let names = Operator::ALL.map(Operator::name).into_iter().chain(how::KEYS.iter().copied());
            self.note(
                Diagnostic::error(
                    "unknown_operator",
                    path.to_string(),
                    entry.key_at,
                    format!("`{}` is no operator", entry.key),
                )
                .found(entry.key)
                .expected(Operator::ALL.map(Operator::name))
                .nearest(entry.key, names),
            );
        }
        let (operator, value) = match found {
            (Some(one), None) => one,
            (None, _) => {
                if !unknown {
                    self.note(
                        Diagnostic::error(
                            "missing_key",
                            path.to_string(),
                            node.at,
                            "this attribute is compared with nothing",
                        )
                        .expected(Operator::ALL.map(Operator::name))
                        .help("to ask whether it is there, write `exists: true`"),
                    );
                }
                return None;
            }
            (Some((one, _)), Some((two, _))) => {
                self.note(
                    Diagnostic::error(
                        "several_operators",
                        path.to_string(),
                        node.at,
                        "one condition has one operator",
                    )
                    .found(format!("{} and {}", one.name(), two.name()))
                    .expected(["one operator"])
                    .help("join conditions with `all` or `any`"),
                );
                return None;
            }
        };
        let test = self.test(operator, value, path.key(operator.name()), how.unwrap_or_default());
        Some(Condition {
            kind: Kind::Attribute { attribute: attribute?, operator, test: test?, how: how? },
            path: self.paths.keep(path),
        })
    }
}
