//! What the provider does beside answering.

use cutover::{Engine, Live, Value};
use cutover_openfeature::CutoverProvider;
use open_feature::provider::{FeatureProvider as _, ProviderStatus};
use open_feature::{EvaluationContext, EvaluationContextFieldValue, StructValue};
use std::sync::Arc;

const RULES: &str = "
cutover: 1
flags:
  late: { rules: [{ if: { attribute: at, after: 2026-01-01T00:00:00Z }, serve: on }] }
  tier: { rules: [{ if: { attribute: tenant.tier, in: [gold] }, serve: on }] }
  tags: { rules: [{ if: { attribute: tenant.tags, contains: b }, serve: on }] }
  deep: { variants: { a: { list: [1, null, { x: 0.5 }], none: null } }, default: a }
";

fn asked(provider: &CutoverProvider, flag: &str, context: &EvaluationContext) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(provider.resolve_bool_value(flag, context)).unwrap().value
}

#[test]
fn instants_and_structures_are_attributes() {
    let provider = CutoverProvider::from_text(RULES).unwrap();
    let at = |seconds| time::OffsetDateTime::from_unix_timestamp(seconds).unwrap();
    let context = |seconds| EvaluationContext::default().with_custom_field("at", at(seconds));
    assert!(asked(&provider, "late", &context(1_800_000_000)));
    assert!(!asked(&provider, "late", &context(1_700_000_000)));
    let with = |field| EvaluationContext::default().with_custom_field("tenant", field);
    let own = Value::map([("tier".to_owned(), "gold".into())]);
    assert!(asked(&provider, "tier", &with(EvaluationContextFieldValue::new_struct(own))));
    let theirs = StructValue::default().with_field("tags", vec!["a", "b"]);
    assert!(asked(&provider, "tags", &with(EvaluationContextFieldValue::new_struct(theirs))));
    // Of anything else it is only known that it is there.
    assert!(!asked(&provider, "tier", &with(EvaluationContextFieldValue::new_struct("gold"))));
}

#[test]
fn a_structure_is_whole_but_for_what_is_null() {
    let provider = CutoverProvider::from_text(RULES).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = runtime.block_on(provider.resolve_struct_value("deep", &EvaluationContext::default()));
    let inner = StructValue::default().with_field("x", 0.5);
    let list = open_feature::Value::Array(vec![1.into(), inner.into()]);
    assert_eq!(found.unwrap().value, StructValue::default().with_field("list", list));
}

#[test]
fn it_decides_by_the_engine_of_the_moment_and_says_where_that_is_stale() {
    let text = |serve| format!("cutover: 1\nflags: {{ beta: {{ rules: [{{ serve: {serve} }}] }} }}");
    let live = Arc::new(Live::new(Engine::from_str(&text("off")).unwrap()));
    let provider = CutoverProvider::new(Arc::clone(&live));
    let nobody = EvaluationContext::default();
    assert!(!asked(&provider, "beta", &nobody));
    live.apply(text("on").as_bytes()).unwrap();
    assert!(asked(&provider, "beta", &nobody));
    assert_eq!(provider.status(), ProviderStatus::Ready);
    live.publish(live.engine().stale());
    assert!(asked(&provider, "beta", &nobody));
    assert_eq!(provider.status(), ProviderStatus::STALE);
    assert!(CutoverProvider::from_text("cutover: 2").is_err());
}
