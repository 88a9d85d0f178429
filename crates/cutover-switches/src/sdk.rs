//! Calls of flag systems, and of services that look like one.

use crate::env::used;
use crate::syntax::File;
use crate::values::{literal, words};
use crate::{Holds, Origin, Sure, Use};
use tree_sitter::Node;

/// A method of a flag system.
struct Method {
    name: &'static str,
    origin: Origin,
    /// What it gives, and where its default stands among the arguments.
    gives: Gives,
    default: Option<usize>,
    /// Whether no other system is known to have a method of that name.
    distinct: bool,
}

#[derive(Clone, Copy)]
enum Gives {
    Bool,
    Any,
    Variant,
}

const fn method(
    name: &'static str,
    origin: Origin,
    gives: Gives,
    default: Option<usize>,
    distinct: bool,
) -> Method {
    Method { name, origin, gives, default, distinct }
}

use Gives::{Any, Bool, Variant};
use Origin::{GrowthBook, LaunchDarkly, OpenFeature, Unleash};

const METHODS: &[Method] = &[
    method("variation", LaunchDarkly, Any, Some(2), false),
    method("variationDetail", LaunchDarkly, Any, Some(2), true),
    method("variation_detail", LaunchDarkly, Any, Some(2), true),
    method("boolVariation", LaunchDarkly, Bool, Some(2), true),
    method("stringVariation", LaunchDarkly, Any, Some(2), true),
    method("numberVariation", LaunchDarkly, Any, Some(2), true),
    method("jsonVariation", LaunchDarkly, Any, Some(2), true),
    method("getBooleanValue", OpenFeature, Bool, Some(1), true),
    method("getStringValue", OpenFeature, Any, Some(1), true),
    method("getNumberValue", OpenFeature, Any, Some(1), true),
    method("getObjectValue", OpenFeature, Any, Some(1), true),
    method("getBooleanDetails", OpenFeature, Bool, Some(1), true),
    method("getStringDetails", OpenFeature, Any, Some(1), true),
    method("getNumberDetails", OpenFeature, Any, Some(1), true),
    method("getObjectDetails", OpenFeature, Any, Some(1), true),
    method("get_boolean_value", OpenFeature, Bool, Some(1), true),
    method("get_string_value", OpenFeature, Any, Some(1), true),
    method("get_integer_value", OpenFeature, Any, Some(1), true),
    method("get_float_value", OpenFeature, Any, Some(1), true),
    method("get_object_value", OpenFeature, Any, Some(1), true),
    method("get_boolean_details", OpenFeature, Bool, Some(1), true),
    method("get_string_details", OpenFeature, Any, Some(1), true),
    method("useBooleanFlagValue", OpenFeature, Bool, Some(1), true),
    method("useStringFlagValue", OpenFeature, Any, Some(1), true),
    method("useNumberFlagValue", OpenFeature, Any, Some(1), true),
    method("isEnabled", Unleash, Bool, None, false),
    method("is_enabled", Unleash, Bool, None, false),
    method("getVariant", Unleash, Variant, None, false),
    method("get_variant", Unleash, Variant, None, false),
    method("useFlag", Unleash, Bool, None, false),
    method("useVariant", Unleash, Variant, None, false),
    method("isOn", GrowthBook, Bool, None, false),
    method("isOff", GrowthBook, Bool, None, false),
    method("is_on", GrowthBook, Bool, None, false),
    method("is_off", GrowthBook, Bool, None, false),
    method("getFeatureValue", GrowthBook, Any, Some(1), true),
    method("get_feature_value", GrowthBook, Any, Some(1), true),
    method("evalFeature", GrowthBook, Any, None, true),
    method("eval_feature", GrowthBook, Any, None, true),
    method("useFeatureIsOn", GrowthBook, Bool, None, true),
    method("useFeatureValue", GrowthBook, Any, Some(1), true),
];

/// What the packages of a system have in their names.
fn packages(origin: Origin) -> &'static [&'static str] {
    match origin {
        LaunchDarkly => &["launchdarkly", "ldclient"],
        Unleash => &["unleash", "UnleashClient"],
        OpenFeature => &["openfeature"],
        GrowthBook => &["growthbook"],
        _ => &[],
    }
}

pub(crate) fn found<'t>(file: &File<'t>, node: Node<'t>) -> Option<Use> {
    if !matches!(node.kind(), "call" | "call_expression") {
        return None;
    }
    let called = file.called(node)?;
    let name = file.string(file.argument(node, 0)?)?;
    let known: Vec<&Method> = METHODS.iter().filter(|method| method.name == called).collect();
    let method =
        known.iter().find(|method| file.imports(packages(method.origin))).or_else(|| known.first())?;
    let receiver = file.receiver(node).map(|node| file.of(node)).unwrap_or_default();
    let (origin, sure, why) = if file.imports(packages(method.origin)) {
        (method.origin, Sure::Sure, format!("`{called}` of {}, which the file imports", method.origin.name()))
    } else if method.distinct {
        (method.origin, Sure::Likely, format!("only {} has a method `{called}`", method.origin.name()))
    } else if names_flags(receiver) {
        (
            Origin::OwnService,
            Sure::Likely,
            format!("`{called}` of `{receiver}`, which is named like a flag service"),
        )
    } else {
        let why = format!("`{called}` with a text, of something that may be no flag service");
        (Origin::OwnService, Sure::Guess, why)
    };
    let default = method.default.and_then(|at| file.argument(node, at)).and_then(|node| literal(file, node));
    let holds = match (method.gives, default) {
        (Variant, _) => Holds::Variant,
        (_, Some(held)) => held,
        (Bool, None) => Holds::Bool(false),
        (Any, None) => Holds::Variant,
    };
    Some(used(file, node, name, origin, (sure, why, holds)))
}

/// Whether the last word of what is called on is one of flags.
fn names_flags(receiver: &str) -> bool {
    let last = receiver.rsplit('.').next().unwrap_or_default();
    const WORDS: [&str; 10] =
        ["flag", "flags", "feature", "features", "toggle", "toggles", "unleash", "growthbook", "gb", "ld"];
    words(last).iter().any(|word| WORDS.contains(&word.as_str()))
}
