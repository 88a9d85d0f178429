//! What a scenario is played in: a provider and the public crate.

use cutover::{Engine, Live};
use cutover_openfeature::CutoverProvider;
use open_feature::provider::{FeatureProvider as _, ProviderStatus};
use open_feature::{
    Client, EvaluationContext, EvaluationContextFieldValue, EvaluationDetails, EvaluationError,
    EvaluationErrorCode, EvaluationOptions, Hook, HookContext, HookHints, HookWrapper, OpenFeature,
    StructValue, Value, async_trait,
};
use std::sync::{Arc, Mutex};

/// What a hook was called with.
#[derive(Debug, Clone)]
pub(crate) struct Called {
    pub(crate) hook: &'static str,
    pub(crate) stage: &'static str,
    pub(crate) details: Option<EvaluationDetails<Value>>,
}

pub(crate) struct Heard {
    name: &'static str,
    called: Arc<Mutex<Vec<Called>>>,
}

impl Heard {
    fn at(&self, stage: &'static str, details: Option<&EvaluationDetails<Value>>) {
        self.called.lock().unwrap().push(Called { hook: self.name, stage, details: details.cloned() });
    }
}

#[async_trait]
impl Hook for Heard {
    async fn before<'a>(
        &self,
        _: &HookContext<'a>,
        _: Option<&'a HookHints>,
    ) -> Result<Option<EvaluationContext>, EvaluationError> {
        self.at("before", None);
        Ok(None)
    }

    async fn after<'a>(
        &self,
        _: &HookContext<'a>,
        details: &EvaluationDetails<Value>,
        _: Option<&'a HookHints>,
    ) -> Result<(), EvaluationError> {
        self.at("after", Some(details));
        Ok(())
    }

    async fn error<'a>(&self, _: &HookContext<'a>, _: &EvaluationError, _: Option<&'a HookHints>) {
        self.at("error", None);
    }

    async fn finally<'a>(
        &self,
        _: &HookContext<'a>,
        details: &EvaluationDetails<Value>,
        _: Option<&'a HookHints>,
    ) {
        self.at("finally", Some(details));
    }
}

/// One scenario. A client of its own, for clients of other tests have other providers.
pub(crate) struct World {
    ruleset: String,
    pub(crate) domain: String,
    client: Option<Client>,
    pub(crate) status: Option<ProviderStatus>,
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) default: Value,
    pub(crate) context: EvaluationContext,
    pub(crate) options: EvaluationOptions,
    pub(crate) called: Arc<Mutex<Vec<Called>>>,
    pub(crate) details: Option<Result<EvaluationDetails<Value>, EvaluationError>>,
}

impl World {
    pub(crate) fn new(ruleset: &str, domain: &str) -> Self {
        Self {
            ruleset: ruleset.to_owned(),
            domain: domain.to_owned(),
            client: None,
            status: None,
            kind: String::new(),
            key: String::new(),
            default: Value::Bool(false),
            context: EvaluationContext::default(),
            options: EvaluationOptions::default(),
            called: Arc::default(),
            details: None,
        }
    }

    pub(crate) async fn provider(&mut self, kind: &str) {
        let engine = Engine::from_str(&self.ruleset).unwrap();
        let engine = match kind {
            "stable" => engine,
            "stale" => engine.stale(),
            other => panic!("there is no {other} provider"),
        };
        let provider = CutoverProvider::new(Arc::new(Live::new(engine)));
        self.status = Some(provider.status());
        let mut api = OpenFeature::singleton_mut().await;
        api.set_named_provider(&self.domain, provider).await;
        self.client = Some(api.create_named_client(&self.domain));
    }

    pub(crate) fn hook(&self, name: &'static str) -> Heard {
        Heard { name, called: Arc::clone(&self.called) }
    }

    pub(crate) fn add_client_hook(&mut self) {
        let hook = self.hook("client");
        self.client = self.client.take().map(|client| client.with_hook(hook));
    }

    pub(crate) fn add_option_hook(&mut self, name: &'static str) {
        let hook = self.hook(name);
        self.options.hooks.push(HookWrapper::new(hook));
    }

    pub(crate) fn set(&mut self, key: &str, value: Value) {
        let field: EvaluationContextFieldValue = match value {
            Value::Bool(value) => value.into(),
            Value::Int(value) => value.into(),
            Value::Float(value) => value.into(),
            Value::String(value) => value.into(),
            Value::Struct(value) => EvaluationContextFieldValue::new_struct(value),
            Value::Array(_) => panic!("a context of the crate has no lists"),
        };
        self.context.add_custom_field(key, field);
    }

    pub(crate) async fn evaluate(&mut self) {
        let client = self.client.as_ref().unwrap();
        let (key, context, options) = (&self.key, Some(&self.context), Some(&self.options));
        self.details = Some(match self.kind.as_str() {
            "Boolean" => {
                client.get_bool_details(key, context, options).await.map(EvaluationDetails::into_value)
            }
            "String" => {
                client.get_string_details(key, context, options).await.map(EvaluationDetails::into_value)
            }
            "Integer" => {
                client.get_int_details(key, context, options).await.map(EvaluationDetails::into_value)
            }
            "Float" => {
                client.get_float_details(key, context, options).await.map(EvaluationDetails::into_value)
            }
            "Object" => {
                let details = client.get_struct_details::<StructValue>(key, context, options).await;
                details.map(EvaluationDetails::into_value)
            }
            other => panic!("there is no type {other}"),
        });
    }

    fn found(&self) -> Result<&EvaluationDetails<Value>, &EvaluationError> {
        self.details.as_ref().expect("nothing was evaluated").as_ref()
    }

    /// The value, or the caller's own.
    pub(crate) fn value(&self) -> Value {
        self.found().map_or_else(|_| self.default.clone(), |details| details.value.clone())
    }

    /// The reason; that of what serves nothing is the code of its error.
    pub(crate) fn reason(&self) -> String {
        match self.found() {
            Ok(details) => details.reason.as_ref().unwrap().to_string(),
            Err(EvaluationError { code: EvaluationErrorCode::General(reason), .. }) => reason.clone(),
            Err(_) => "ERROR".to_owned(),
        }
    }

    pub(crate) fn ok(&self) -> &EvaluationDetails<Value> {
        self.found().unwrap()
    }

    pub(crate) fn error(&self) -> &EvaluationError {
        self.found().unwrap_err()
    }

    pub(crate) fn variant(&self) -> Option<&str> {
        self.found().ok()?.variant.as_deref()
    }

    pub(crate) fn stages(&self, stage: &str) -> Vec<Called> {
        self.called.lock().unwrap().iter().filter(|called| called.stage == stage).cloned().collect()
    }
}
