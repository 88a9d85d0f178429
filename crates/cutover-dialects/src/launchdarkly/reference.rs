//! References to attributes, and how an attribute of a context of some kind is called here.

use serde_json::Value as Json;

/// The kind of a context that names none.
pub(super) const USER: &str = "user";
/// The attribute with the kinds of a context.
pub(super) const KIND: &str = "kind";

/// What a clause or a rollout asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attribute {
    /// The kinds that a context has.
    Kind,
    /// The key of a kind, which is always a text.
    Key(String),
    /// Whether a kind is anonymous, which is always known.
    Anonymous(String),
    /// Any other attribute.
    Custom(String),
    /// One that no context has.
    Nowhere,
}

impl Attribute {
    /// The path in a ruleset.
    pub(super) fn path(&self) -> Option<&str> {
        match self {
            Self::Kind => Some(KIND),
            Self::Key(path) | Self::Anonymous(path) | Self::Custom(path) => Some(path),
            Self::Nowhere => None,
        }
    }

    /// Whether it may be a list.
    pub(super) fn may_be_list(&self) -> bool {
        matches!(self, Self::Kind | Self::Custom(_))
    }
}

/// A name as a part of a path: `~` and the dot are written otherwise, so that no two names become one.
pub(super) fn part(name: &str) -> String {
    name.replace('~', "~0").replace('.', "~2")
}

/// The path of the key of a kind.
pub(super) fn key_of(kind: &str) -> String {
    format!("{}.key", part(kind))
}

/// What `text` names of a kind: without a kind it is a name as it stands, with one it is a reference. An error says why it
/// is none.
pub(super) fn read(text: Option<&Json>, kind: Option<&Json>) -> Result<Attribute, String> {
    let text = match text {
        Some(Json::String(text)) if !text.is_empty() => text,
        None | Some(Json::Null | Json::String(_)) => return Err("no attribute is named".to_owned()),
        Some(other) => {
            return Err(format!("{} is where the name of an attribute belongs", crate::json::kind(other)));
        }
    };
    let kind = kind.and_then(Json::as_str).filter(|kind| !kind.is_empty());
    let parts = match kind {
        None => vec![text.clone()],
        Some(_) => parts(text)?,
    };
    let kind = kind.unwrap_or(USER);
    Ok(match parts.as_slice() {
        [only] if only == KIND => Attribute::Kind,
        [only] if only == "key" => Attribute::Key(key_of(kind)),
        [only] if only == "anonymous" => Attribute::Anonymous(format!("{}.anonymous", part(kind))),
        parts if parts.iter().any(String::is_empty) => Attribute::Nowhere,
        parts => {
            let names = [kind].into_iter().chain(parts.iter().map(String::as_str)).map(part);
            Attribute::Custom(names.collect::<Vec<_>>().join("."))
        }
    })
}

/// The names that a reference leads along.
fn parts(reference: &str) -> Result<Vec<String>, String> {
    let wrong = |why: &str| Err(format!("`{reference}` is no reference to an attribute: {why}"));
    if reference == "/" || reference.contains("//") {
        return wrong("a name in it is empty");
    }
    if reference.ends_with('~') {
        return wrong("`~` stands before 0 or 1");
    }
    let Some(rest) = reference.strip_prefix('/') else { return Ok(vec![reference.to_owned()]) };
    let mut tildes = rest.match_indices('~').map(|(at, _)| rest.get(at + 1..).unwrap_or_default());
    if tildes.any(|behind| !behind.starts_with(['0', '1'])) {
        return wrong("`~` stands before 0 or 1");
    }
    let parts: Vec<String> = rest.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    if parts.first().is_some_and(|first| first == "_meta") {
        return wrong("`_meta` is no attribute");
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn path(text: &str, kind: Option<&str>) -> Option<String> {
        read(Some(&json!(text)), kind.map(|kind| json!(kind)).as_ref()).ok()?.path().map(str::to_owned)
    }

    #[test]
    fn a_reference_leads_into_mappings_and_a_name_does_not() {
        for (text, kind, want) in [
            ("email", None, "user.email"),
            ("/a/b", None, "user./a/b"),
            ("/a/b", Some("org"), "org.a.b"),
            ("/a~1b/c~0d", Some("org"), "org.a/b.c~0d"),
            ("a.b", None, "user.a~2b"),
            ("a~b", Some("user"), "user.a~0b"),
            ("kind", Some("org"), "kind"),
            ("key", Some("my.kind"), "my~2kind.key"),
        ] {
            assert_eq!(path(text, kind).as_deref(), Some(want), "{text}");
        }
        for text in ["/", "//", "/a//b", "/a~2", "/a~", "/_meta/x"] {
            assert!(read(Some(&json!(text)), Some(&json!("user"))).is_err(), "{text}");
        }
        assert!(read(None, None).is_err() && read(Some(&json!("")), None).is_err());
        assert_eq!(path("/a/", Some("user")), None);
    }
}
