//! The OpenFeature provider of Cutover, for the public crate `open-feature`.
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod context;
mod value;

use cutover::openfeature::{Asked, Resolution};
use cutover::{Engine, Live, LoadError, Value};
use open_feature::provider::{FeatureProvider, ProviderMetadata, ProviderStatus, ResolutionDetails};
use open_feature::{
    EvaluationContext, EvaluationError, EvaluationErrorCode, EvaluationReason, EvaluationResult, StructValue,
    async_trait,
};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Decides the flags of OpenFeature by the engine of the moment.
///
/// ```
/// use cutover_openfeature::CutoverProvider;
/// use open_feature::{EvaluationContext, OpenFeature};
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let provider = CutoverProvider::from_text("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }").unwrap();
/// let mut api = OpenFeature::singleton_mut().await;
/// api.set_named_provider("docs", provider).await;
/// let details = api.create_named_client("docs").get_bool_details("beta", None, None).await.unwrap();
/// assert_eq!((details.value, details.variant.as_deref()), (true, Some("on")));
/// # });
/// ```
#[derive(Debug)]
pub struct CutoverProvider {
    live: Arc<Live>,
    metadata: ProviderMetadata,
}

impl CutoverProvider {
    /// Decides by the engine that is good at each question: keep the other end to replace it.
    #[must_use]
    pub fn new(live: Arc<Live>) -> Self {
        Self { live, metadata: ProviderMetadata::new("cutover") }
    }

    /// Decides by a ruleset.
    ///
    /// # Errors
    /// [`LoadError`] with every problem of the document.
    pub fn from_text(text: &str) -> Result<Self, LoadError> {
        Ok(Engine::from_str(text)?.into())
    }

    /// Decides, and makes what OpenFeature is given of the value.
    fn answer<T>(
        &self,
        asked: Asked,
        flag: &str,
        context: &EvaluationContext,
        make: impl FnOnce(&Value) -> Option<T>,
    ) -> EvaluationResult<ResolutionDetails<T>> {
        let engine = self.live.engine();
        let prepared = engine.context(&context::attributes(context));
        let decision = engine.decide(flag, &prepared, now_ms());
        let found = engine.resolution(&decision, asked, None);
        let Some(value) = found.value.and_then(make) else { return Err(error(&found, flag)) };
        Ok(ResolutionDetails {
            value,
            variant: found.variant.map(str::to_owned),
            reason: Some(reason(found.reason)),
            flag_metadata: Some(value::metadata(&found.metadata)),
        })
    }
}

impl From<Engine> for CutoverProvider {
    fn from(engine: Engine) -> Self {
        Self::new(Arc::new(Live::new(engine)))
    }
}

/// Why there is no value. One that serves nothing leaves it to the caller, whose default a provider is not told here.
fn error(found: &Resolution<'_>, flag: &str) -> EvaluationError {
    let code = match found.error_code {
        Some("FLAG_NOT_FOUND") => EvaluationErrorCode::FlagNotFound,
        Some("TYPE_MISMATCH") => EvaluationErrorCode::TypeMismatch,
        Some("TARGETING_KEY_MISSING") => EvaluationErrorCode::TargetingKeyMissing,
        Some("INVALID_CONTEXT") => EvaluationErrorCode::InvalidContext,
        Some(other) => EvaluationErrorCode::General(other.to_owned()),
        None => EvaluationErrorCode::General(found.reason.to_owned()),
    };
    let message = found.error_message.clone();
    let message =
        message.or_else(|| Some(format!("flag `{flag}` serves nothing here: take your own default")));
    EvaluationError { code, message }
}

fn reason(name: &str) -> EvaluationReason {
    match name {
        "STATIC" => EvaluationReason::Static,
        "DEFAULT" => EvaluationReason::Default,
        "TARGETING_MATCH" => EvaluationReason::TargetingMatch,
        "SPLIT" => EvaluationReason::Split,
        "DISABLED" => EvaluationReason::Disabled,
        "ERROR" => EvaluationReason::Error,
        other => EvaluationReason::Other(other.to_owned()),
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[async_trait]
impl FeatureProvider for CutoverProvider {
    fn status(&self) -> ProviderStatus {
        if self.live.load().is_stale() { ProviderStatus::STALE } else { ProviderStatus::Ready }
    }

    fn metadata(&self) -> &ProviderMetadata {
        &self.metadata
    }

    async fn resolve_bool_value(
        &self,
        flag: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<bool>> {
        self.answer(Asked::Boolean, flag, context, value::boolean)
    }

    async fn resolve_int_value(
        &self,
        flag: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<i64>> {
        self.answer(Asked::Integer, flag, context, value::integer)
    }

    async fn resolve_float_value(
        &self,
        flag: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<f64>> {
        self.answer(Asked::Float, flag, context, value::float)
    }

    async fn resolve_string_value(
        &self,
        flag: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<String>> {
        self.answer(Asked::String, flag, context, value::text)
    }

    async fn resolve_struct_value(
        &self,
        flag: &str,
        context: &EvaluationContext,
    ) -> EvaluationResult<ResolutionDetails<StructValue>> {
        self.answer(Asked::Structure, flag, context, value::structure)
    }
}
