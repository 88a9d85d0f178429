//! The rulesets of a file, loaded once.

use cutover::{Engine, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The named rulesets of a file, and those that have been loaded.
pub(super) struct Rulesets<'v> {
    named: BTreeMap<&'v str, &'v Value>,
    loaded: RefCell<BTreeMap<String, Rc<Engine>>>,
}

impl<'v> Rulesets<'v> {
    pub(super) fn new(rulesets: Option<&'v Value>) -> Result<Self, String> {
        let named = match rulesets {
            None => BTreeMap::new(),
            Some(Value::Map(entries)) => {
                entries.iter().map(|(name, ruleset)| (name.as_str(), ruleset)).collect()
            }
            Some(_) => return Err("`rulesets` is no object".to_owned()),
        };
        Ok(Self { named, loaded: RefCell::default() })
    }

    /// The engine of a vector's `ruleset`: the name of one, a text, or an object.
    pub(super) fn engine(&self, ruleset: &Value) -> Result<Rc<Engine>, String> {
        let text = self.text(ruleset)?;
        if let Some(engine) = self.loaded.borrow().get(&text) {
            return Ok(Rc::clone(engine));
        }
        let engine = Rc::new(load(&text)?);
        self.loaded.borrow_mut().insert(text, Rc::clone(&engine));
        Ok(engine)
    }

    pub(super) fn text(&self, ruleset: &Value) -> Result<String, String> {
        let Value::Text(name) = ruleset else { return text_of(ruleset) };
        match self.named.get(name.as_str()) {
            Some(ruleset) => text_of(ruleset),
            None if name.contains('\n') || name.starts_with('{') => Ok(name.clone()),
            None => Err(format!("the file has no ruleset `{name}`")),
        }
    }
}

/// Loads a ruleset.
pub(super) fn load(text: &str) -> Result<Engine, String> {
    Engine::from_str(text).map_err(|refused| refused.to_string())
}

/// The text of a ruleset that is an object or a text.
pub(super) fn text_of(ruleset: &Value) -> Result<String, String> {
    match ruleset {
        Value::Text(text) => Ok(text.clone()),
        Value::Map(_) => Ok(cutover::wire::to_json(ruleset)),
        _ => Err("a ruleset is an object or a text".to_owned()),
    }
}
