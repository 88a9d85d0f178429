//! Contexts: what is known of a request.

use crate::value::{Value, ValueRef};
use cutover_decider::Program;
pub use cutover_decider::{AttributeId, ContextView};

/// What is known of a request: a flat or nested object of attributes.
///
/// ```
/// use cutover::Attributes;
/// let attributes = Attributes::new().with("userId", "user_123").with("tenant.tier", "premium");
/// assert_eq!(attributes, Attributes::from_json(r#"{"userId":"user_123","tenant.tier":"premium"}"#)?);
/// # Ok::<(), cutover::Diagnostic>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Attributes(Value);

impl Default for Attributes {
    fn default() -> Self {
        Self::new()
    }
}

impl Attributes {
    /// No attributes at all.
    #[must_use]
    pub fn new() -> Self {
        Self(Value::Map(Vec::new()))
    }

    /// The same with one attribute more; a later value of the same name wins.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Reads a JSON object.
    ///
    /// # Errors
    /// A [`Diagnostic`](crate::Diagnostic) where the text is no JSON, or no object.
    pub fn from_json(text: &str) -> Result<Self, crate::Diagnostic> {
        Self::from_value(Value::from_json(text)?)
    }

    /// Takes a mapping as attributes.
    ///
    /// # Errors
    /// A [`Diagnostic`](crate::Diagnostic) with the code `context_not_object` where the value is no mapping.
    pub fn from_value(value: Value) -> Result<Self, crate::Diagnostic> {
        if matches!(value, Value::Map(_)) {
            return Ok(Self(value));
        }
        let found = crate::wire::to_json(&value);
        Err(crate::Diagnostic::error(
            "context_not_object",
            "",
            crate::Position::default(),
            "a context is an object of attributes",
        )
        .found(found)
        .expected(["an object"]))
    }

    /// All of them.
    #[cfg(feature = "replay")]
    pub(crate) fn as_value(&self) -> &Value {
        &self.0
    }

    /// The value at a dotted path: a key that is spelt like the whole path comes before nested objects.
    #[must_use]
    pub fn get(&self, path: &str) -> ValueRef<'_> {
        if let Some(value) = self.0.get(path) {
            return value.as_ref();
        }
        let mut value = &self.0;
        for segment in path.split('.') {
            match value.get(segment) {
                Some(inner) => value = inner,
                None => return ValueRef::Missing,
            }
        }
        value.as_ref()
    }
}

/// A context prepared for one program: each attribute that the program reads, looked up once.
///
/// Made by [`Engine::context`](crate::Engine::context); good for any number of decisions of that engine.
#[derive(Debug, Clone)]
pub struct Context {
    program: u128,
    slots: Vec<Value>,
}

impl Context {
    pub(crate) fn new(program: &Program, attributes: &Attributes) -> Self {
        let slots = program.attributes().map(|path| match attributes.get(path) {
            // A mapping is there, though nothing takes it: it is not the null that `to_value` makes of it.
            ValueRef::Other => Value::Map(Vec::new()),
            value => value.into(),
        });
        let slots = slots.collect();
        Self { program: program.digest(), slots }
    }

    /// True where the context was prepared for the program of this digest; slots of another one mean something else.
    #[inline]
    pub(crate) fn fits(&self, digest: u128) -> bool {
        self.program == digest
    }
}

impl ContextView for Context {
    #[inline]
    fn value(&self, attribute: AttributeId) -> ValueRef<'_> {
        self.slots.get(attribute.index()).map_or(ValueRef::Missing, Value::as_ref)
    }

    #[inline(always)]
    fn text(&self, attribute: AttributeId) -> Option<&[u8]> {
        match self.slots.get(attribute.index()) {
            Some(Value::Text(text)) => Some(text.as_bytes()),
            _ => None,
        }
    }
}
