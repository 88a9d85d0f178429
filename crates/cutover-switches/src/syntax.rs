//! What is asked of a parsed file.

use serde::Serialize;
use std::collections::BTreeMap;
use tree_sitter::{Node, Parser, Tree};

/// A language that switches are found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Language {
    /// TypeScript without elements.
    TypeScript,
    /// TypeScript with elements, and all JavaScript.
    Tsx,
    /// Python.
    Python,
}

impl Language {
    /// The language of a file, by the end of its name.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "ts" | "mts" | "cts" => Some(Self::TypeScript),
            "tsx" | "js" | "jsx" | "mjs" | "cjs" => Some(Self::Tsx),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}

/// A text as a tree.
pub(crate) fn parse(language: Language, text: &str) -> Option<Tree> {
    let mut parser = Parser::new();
    let grammar = match language {
        Language::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
        Language::Tsx => tree_sitter_typescript::LANGUAGE_TSX,
        Language::Python => tree_sitter_python::LANGUAGE,
    };
    parser.set_language(&grammar.into()).ok()?;
    parser.parse(text, None)
}

/// Visits all nodes, without recursion: sources may be nested as deep as they like.
pub(crate) fn each<'t>(root: Node<'t>, visit: &mut impl FnMut(Node<'t>)) {
    let mut cursor = root.walk();
    loop {
        visit(cursor.node());
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// A parsed file, and what was found out about all of it.
pub(crate) struct File<'t> {
    text: &'t str,
    /// The modules that are imported.
    modules: Vec<String>,
    /// The names that stand for a remainder, and what that is of.
    pub(crate) remainders: BTreeMap<&'t str, Node<'t>>,
}

impl<'t> File<'t> {
    pub(crate) fn new(text: &'t str, root: Node<'t>) -> Self {
        let mut file = Self { text, modules: Vec::new(), remainders: BTreeMap::new() };
        let (mut modules, mut remainders) = (Vec::new(), BTreeMap::new());
        each(root, &mut |node| match node.kind() {
            "import_statement" | "import_from_statement" => {
                let source =
                    node.child_by_field_name("source").or_else(|| node.child_by_field_name("module_name"));
                match source {
                    Some(source) => modules.push(file.of(source).trim_matches(['"', '\'']).to_owned()),
                    None => modules.push(file.of(node).trim_start_matches("import ").to_owned()),
                }
            }
            "call_expression" if file.called(node) == Some("require") => {
                modules.extend(file.argument(node, 0).and_then(|node| file.string(node)));
            }
            "variable_declarator" | "assignment" => {
                let name = node.child_by_field_name("name").or_else(|| node.child_by_field_name("left"));
                let value = node.child_by_field_name("value").or_else(|| node.child_by_field_name("right"));
                if let (Some(name), Some(value)) = (name, value)
                    && name.kind() == "identifier"
                    && is_remainder(&file, value)
                {
                    remainders.insert(file.of(name), value);
                }
            }
            _ => {}
        });
        (file.modules, file.remainders) = (modules, remainders);
        file
    }

    /// The text of a node.
    pub(crate) fn of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// Whether a module is imported whose name has one of these in it.
    pub(crate) fn imports(&self, names: &[&str]) -> bool {
        self.modules.iter().any(|module| names.iter().any(|name| module.contains(name)))
    }

    /// The text of a string without anything put into it.
    pub(crate) fn string(&self, node: Node<'_>) -> Option<String> {
        if !matches!(node.kind(), "string" | "template_string") {
            return None;
        }
        let mut cursor = node.walk();
        let mut out = String::new();
        for part in node.named_children(&mut cursor) {
            match part.kind() {
                "string_fragment" | "string_content" => out.push_str(self.of(part)),
                "string_start" | "string_end" => {}
                _ => return None,
            }
        }
        Some(out)
    }

    /// What is called, without what it is called on.
    pub(crate) fn called(&self, call: Node<'_>) -> Option<&'t str> {
        let function = call.child_by_field_name("function")?;
        let name = match function.kind() {
            "identifier" => function,
            "member_expression" => function.child_by_field_name("property")?,
            "attribute" => function.child_by_field_name("attribute")?,
            _ => return None,
        };
        Some(self.of(name))
    }

    /// What something is called on.
    pub(crate) fn receiver(&self, call: Node<'t>) -> Option<Node<'t>> {
        call.child_by_field_name("function")?.child_by_field_name("object")
    }

    /// The argument at a place; in Python of those without a name.
    pub(crate) fn argument(&self, call: Node<'t>, at: usize) -> Option<Node<'t>> {
        let arguments = call.child_by_field_name("arguments")?;
        let mut cursor = arguments.walk();
        let mut given = arguments
            .named_children(&mut cursor)
            .filter(|node| !matches!(node.kind(), "comment" | "keyword_argument"));
        given.nth(at)
    }

    /// The code around a node as a person would quote it.
    pub(crate) fn quoted(&self, node: Node<'_>) -> String {
        const SHOWN: usize = 100;
        let code: Vec<&str> = self.of(node).split_whitespace().collect();
        let code = code.join(" ");
        match code.char_indices().nth(SHOWN) {
            Some((at, _)) => format!("{}…", code.get(..at).unwrap_or_default()),
            None => code,
        }
    }

    /// The function that a node stands in, by name.
    pub(crate) fn function_around(&self, node: Node<'t>) -> Option<&'t str> {
        let mut place = node;
        while let Some(parent) = place.parent() {
            let name = match parent.kind() {
                "function_declaration" | "method_definition" | "function_definition" => {
                    parent.child_by_field_name("name")
                }
                "variable_declarator" | "pair" | "public_field_definition"
                    if matches!(place.kind(), "arrow_function" | "function_expression") =>
                {
                    parent.child_by_field_name("name").or_else(|| parent.child_by_field_name("key"))
                }
                _ => None,
            };
            if let Some(name) = name {
                return Some(self.of(name));
            }
            place = parent;
        }
        None
    }
}

/// The node around one that means the same: parentheses, casts.
pub(crate) fn around(node: Node<'_>) -> Option<(Node<'_>, Node<'_>)> {
    let mut inner = node;
    loop {
        let outer = inner.parent()?;
        match outer.kind() {
            "parenthesized_expression" | "as_expression" | "non_null_expression" | "satisfies_expression" => {
                inner = outer
            }
            _ => return Some((inner, outer)),
        }
    }
}

/// Whether this is a remainder, in parentheses or a call such as `Math.abs`.
pub(crate) fn is_remainder(file: &File<'_>, node: Node<'_>) -> bool {
    match node.kind() {
        "parenthesized_expression" => node.named_child(0).is_some_and(|inner| is_remainder(file, inner)),
        "binary_expression" | "binary_operator" => {
            node.child_by_field_name("operator").is_some_and(|operator| file.of(operator) == "%")
                && node.child_by_field_name("right").is_some_and(|right| {
                    matches!(file.of(right), "100" | "1000" | "10000" | "10_000" | "1_000")
                })
        }
        _ => false,
    }
}
