//! Cutover decides, for every request, which side of a migration serves it, and decides the same in every language.
//!
//! Load a ruleset with [`Engine::from_str`], prepare what is known of a request with [`Engine::context`], and ask:
//! [`Engine::decide`] for a flag, [`Engine::route`] for a migration, [`Engine::explain`] for the story of an answer.
//! Who asks little of each request spares the preparation: [`Engine::given`] reads attributes where they are.
//! The engine is pure: time is an argument, and nothing is read from the machine.
//!
//! ```
//! use cutover::{Attributes, Engine};
//! let engine = Engine::from_str("cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: 50%, by: userId } }] } }")?;
//! let context = engine.context(&Attributes::new().with("userId", "user_123"));
//! println!("{}", cutover::wire::to_json(&engine.decide("beta", &context, 0)));
//! # Ok::<(), cutover::LoadError>(())
//! ```

#![forbid(unsafe_code)]
#![warn(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used
)]

/// The number of the semantics: the same ruleset, context and time give the same decision as long as it is the same. It rises
/// only where a decision changes, which a new version of Cutover does not do by itself: `conformance/released` has the
/// decisions of released versions, and they come out again.
pub const SEMANTICS: u32 = 1;

#[cfg(feature = "alerts")]
pub mod alerts;
mod call;
#[cfg(feature = "codegen")]
pub mod codegen;
mod compile;
mod context;
#[cfg(any(cutover_small, test))]
mod decimal;
mod decision;
mod diagnostic;
#[cfg(feature = "diff")]
pub mod diff;
mod document;
mod engine;
mod explain;
mod given;
mod hash_list;
#[cfg(feature = "import")]
pub mod import;
#[cfg(feature = "live")]
mod live;
mod migration;
mod names;
pub mod openfeature;
mod order;
#[cfg(feature = "overlay")]
mod overlay;
#[cfg(feature = "replay")]
pub mod replay;
mod ruleset;
#[cfg(feature = "runbook")]
pub mod runbook;
mod safety;
#[cfg(feature = "schema")]
mod schema;
mod sections;
mod suggest;
mod value;
pub mod wire;

pub use call::CallError;
pub use context::{AttributeId, Attributes, Context, ContextView};
#[cfg(feature = "compare")]
pub use cutover_compare as compare;
pub use cutover_decider::{Program, ProgramError, bucket, packed};
#[cfg(feature = "delivery")]
pub use cutover_delivery as delivery;
#[cfg(feature = "gates")]
pub use cutover_gates as gates;
#[cfg(feature = "paths")]
pub use cutover_paths as paths;
#[cfg(feature = "plans")]
pub use cutover_plans as plans;
#[cfg(feature = "work")]
pub use cutover_work as work;
pub use decision::{Decision, ErrorCode, MAX_PER_FLAG, Outcome, Reason};
pub use diagnostic::{Diagnostic, LoadError, Position, Severity};
pub use engine::{Engine, FlagId, MigrationId};
pub use explain::{Explanation, Step};
pub use given::{AttributeSource, Given};
pub use hash_list::hash_list_entry;
#[cfg(feature = "live")]
pub use live::{Live, Snapshot};
pub use migration::{
    Ack, FallbackOn, Hazard, HazardCode, JobVariant, Route, RouteChoice, RouteCompare, RouteJobs, RouteRead,
    RouteStreams, RouteWrite, RouteWrites, StreamState, SwitchSource, SwitchValue,
};
pub use ruleset::how::lower_case;
pub use safety::{
    SafetyBounds, SafetyError, SafetyFinding, SafetyKind, SafetyOptions, SafetyReport, SafetyRow, Verdict,
};
#[cfg(feature = "schema")]
pub use schema::schema;
#[cfg(feature = "delivery")]
pub use sections::delivery_called::DeliveryPolicy;
#[cfg(feature = "plans")]
pub use sections::report_called::{PlanReport, Standing};
pub use sections::select::Selection;
pub use value::{Items, ListRef, Value, ValueRef, whole};
