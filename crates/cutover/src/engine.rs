//! The engine: a program and the questions that it answers.

use crate::compile::{self, Compiled};
use crate::context::{AttributeId, Attributes, Context, ContextView};
use crate::decision::{Decision, ErrorCode, Outcome, Reason};
use crate::diagnostic::{Diagnostic, LoadError};
use crate::explain::{Explanation, Recorder};
use crate::given::{AttributeSource, Given};
use crate::migration::{CompiledMigration, Route, RouteChoice, SwitchSource};
use crate::value::Value;
use cutover_decider::{Program, ProgramError};
use std::sync::Arc;

/// A loaded ruleset. Immutable, and free to be shared between threads.
///
/// ```
/// use cutover::{Attributes, Engine, Reason};
/// let engine = Engine::from_str(
///     "cutover: 1
/// flags:
///   orders_mongodb:
///     rules:
///       - { if: { attribute: userId, in: [user_123, user_456] }, serve: on }
///       - { serve: { rollout: 50%, by: userId } }
/// ",
/// )?;
/// let context = engine.context(&Attributes::new().with("userId", "user_123"));
/// let decision = engine.decide("orders_mongodb", &context, 0);
/// assert_eq!((decision.variant, decision.reason), (Some("on"), Reason::TargetingMatch));
/// # Ok::<(), cutover::LoadError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    compiled: Compiled,
    /// The digest as a number, which prepared contexts are compared with, and as text.
    number: u128,
    digest: String,
    attributes: Vec<String>,
    /// The values of the variants, by their number in the program.
    values: Box<[Value]>,
    /// Whether nothing was heard of the ruleset for too long.
    stale: bool,
}

impl std::str::FromStr for Engine {
    type Err = LoadError;

    fn from_str(text: &str) -> Result<Self, LoadError> {
        Self::from_bytes(text.as_bytes())
    }
}

impl Engine {
    /// Loads a ruleset from YAML or JSON.
    ///
    /// # Errors
    /// [`LoadError`] with every problem of the document, each with its place.
    #[expect(clippy::should_implement_trait, reason = "the trait is implemented too; this spares its import")]
    pub fn from_str(text: &str) -> Result<Self, LoadError> {
        Self::from_bytes(text.as_bytes())
    }

    /// Loads a ruleset from the bytes of a file, which may turn out not to be UTF-8.
    ///
    /// # Errors
    /// [`LoadError`] with every problem of the document, each with its place.
    pub fn from_bytes(text: &[u8]) -> Result<Self, LoadError> {
        Ok(Self::of(compile::compile(text)?))
    }

    fn of(compiled: Compiled) -> Self {
        let program = &compiled.program;
        Self {
            number: program.digest(),
            digest: format!("{:032x}", program.digest()),
            attributes: program.attributes().map(str::to_owned).collect(),
            values: (0..program.value_count())
                .map(|number| Value::from_json(program.value(number)).unwrap_or_default())
                .collect(),
            compiled,
            stale: false,
        }
    }

    /// The engine of another version of the same ruleset. Where the text differs from that of this engine in one flag,
    /// only that flag is compiled, which for ten thousand flags takes less than a millisecond; otherwise, or where this
    /// engine was loaded from YAML or from a compiled program, all is. The answers are those of [`Engine::from_bytes`].
    ///
    /// # Errors
    /// [`LoadError`] with every problem of the document, each with its place.
    ///
    /// ```
    /// use cutover::{Attributes, Engine};
    /// let text = |share| format!(r#"{{"cutover":1,"flags":{{"beta":{{"rules":[{{"serve":{{"rollout":"{share}%","by":"id"}}}}]}}}}}}"#);
    /// let engine = Engine::from_str(&text(0))?;
    /// let next = engine.apply(text(100).as_bytes())?;
    /// let on = |engine: &Engine| engine.is_enabled("beta", &engine.context(&Attributes::new().with("id", 1)), 0);
    /// assert!(!on(&engine) && on(&next));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    pub fn apply(&self, text: &[u8]) -> Result<Self, LoadError> {
        match compile::apply(&self.compiled, text) {
            Some(compiled) => Ok(Self::of(compiled)),
            None => Self::from_bytes(text),
        }
    }

    /// This engine as one whose ruleset may be out of date, because nothing was heard of it for too long: it decides the
    /// same, and the reason of every answer is [`Reason::Stale`]. What is [applied](Engine::apply) to it is not stale,
    /// and a [log](Engine::log_decision) keeps the reasons of the ruleset, so that it replays.
    ///
    /// ```
    /// use cutover::{Attributes, Engine, Reason};
    /// let engine = Engine::from_str("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }")?.stale();
    /// let context = engine.context(&Attributes::new());
    /// let decision = engine.decide("beta", &context, 0);
    /// assert_eq!((decision.variant, decision.reason), (Some("on"), Reason::Stale));
    /// assert_eq!(engine.decide("gamma", &context, 0).reason, Reason::Error);
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn stale(&self) -> Self {
        Self { stale: true, ..self.clone() }
    }

    /// Whether the ruleset may be out of date: [`Engine::stale`].
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// The program as bytes: the same on every platform, and loaded again without parsing by
    /// [`Engine::from_compiled`], or by a decider that carries no compiler.
    #[must_use]
    pub fn to_compiled(&self) -> Vec<u8> {
        self.compiled.program.to_bytes()
    }

    /// Loads a program from the bytes of [`Engine::to_compiled`]. It decides as the engine that it came from; its
    /// warnings were given when it was compiled, and it has none.
    ///
    /// # Errors
    /// [`ProgramError`] where the bytes are no program of this version, or changed since they were written.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str("cutover: 1\nflags: { beta: { rules: [{ serve: on }] } }")?;
    /// let again = Engine::from_compiled(&engine.to_compiled())?;
    /// assert_eq!(again.digest(), engine.digest());
    /// assert!(Engine::from_compiled(b"cutover: 1").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_compiled(bytes: &[u8]) -> Result<Self, ProgramError> {
        let program = Program::from_bytes(bytes)?;
        let (migrations, sections) = compile::notes_of(&program)
            .ok_or(ProgramError::Unsound("the notes of migrations and sections"))?;
        let sections = Arc::new(sections);
        let (warnings, expiries) = (Vec::new(), Vec::new());
        Ok(Self::of(Compiled { program, migrations, sections, warnings, expiries, source: None }))
    }

    /// What the ruleset's content hashes to, in 32 hexadecimal digits: the same for YAML and JSON, and whatever
    /// the order of keys. It is in every decision.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What somebody should look at, although the ruleset loads. At `now_ms`, flags past their `expires` are
    /// among it.
    #[must_use]
    pub fn warnings(&self, now_ms: i64) -> Vec<Diagnostic> {
        let expired =
            self.compiled.expiries.iter().filter(|(end, _)| *end <= now_ms).map(|(_, warning)| warning);
        let mut all: Vec<Diagnostic> = self.compiled.warnings.iter().chain(expired).cloned().collect();
        crate::diagnostic::sort(&mut all);
        all
    }

    /// The names of the flags, sorted.
    pub fn flags(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.compiled.program.flag_count()).map(|number| self.compiled.program.flag_name(number))
    }

    /// The names of the migrations, sorted.
    pub fn migrations(&self) -> impl ExactSizeIterator<Item = &str> {
        self.compiled.migrations.iter().map(|migration| migration.name.as_str())
    }

    /// The paths of the attributes that anything in the ruleset reads. Their order is that of the slots of a
    /// [`PackedContext`](crate::packed::PackedContext).
    #[must_use]
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// The attributes that deciding a flag may read, those of its prerequisites included; none for a flag that
    /// there is not.
    #[must_use]
    pub fn reads(&self, flag: FlagId) -> impl ExactSizeIterator<Item = AttributeId> {
        self.compiled.program.reads(flag.0).iter().map(|attribute| AttributeId::from_index(*attribute))
    }

    /// Whether the decision of a flag depends on the time.
    #[must_use]
    pub fn reads_time(&self, flag: FlagId) -> bool {
        self.compiled.program.reads_time(flag.0)
    }

    /// Prepares a context: attributes are looked up once, for any number of decisions of this engine.
    #[must_use]
    pub fn context(&self, attributes: &Attributes) -> Context {
        Context::new(&self.compiled.program, attributes)
    }

    /// Attributes that are read where the caller has them, for a decision or two: nothing is copied or allocated.
    ///
    /// ```
    /// use cutover::Engine;
    /// let engine = Engine::from_str("cutover: 1\nflags: { beta: { rules: [{ serve: { rollout: 100%, by: userId } }] } }")?;
    /// assert!(engine.given(&[("userId", "user_123".into())]).is_enabled("beta", 0));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn given<'a, S: AttributeSource + ?Sized>(&'a self, attributes: &'a S) -> Given<'a, S> {
        Given::new(self, attributes)
    }

    /// The number of a flag, which spares looking its name up again.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<FlagId> {
        self.compiled.program.find(name).map(FlagId)
    }

    /// Whether a flag serves `true`. Where it has no answer, or none of that type, it is `false`.
    #[must_use]
    pub fn is_enabled(&self, flag: &str, context: &Context, now_ms: i64) -> bool {
        let program = &self.compiled.program;
        let Some(number) = program.find(flag).filter(|_| context.fits(self.number)) else { return false };
        matches!(self.served(number, program.packed(number, context, now_ms)), Some(Value::Bool(true)))
    }

    /// Decides a flag at `now_ms`, milliseconds since the epoch. It does not allocate.
    #[must_use]
    pub fn decide<'a>(&'a self, flag: &'a str, context: &Context, now_ms: i64) -> Decision<'a> {
        let Some(id) = self.flag(flag) else { return self.no_decision(flag, ErrorCode::FlagNotFound) };
        if !context.fits(self.number) {
            return self.no_decision(flag, ErrorCode::InvalidContext);
        }
        self.decision(id, self.outcome(id, context, now_ms))
    }

    /// Decides every flag, in the order of their names.
    pub fn decide_all<'a>(&'a self, context: &'a Context, now_ms: i64) -> impl Iterator<Item = Decision<'a>> {
        self.flags().map(move |flag| self.decide(flag, context, now_ms))
    }

    /// Decides a flag for many contexts.
    pub fn decide_batch<'a, 'c: 'a>(
        &'a self,
        flag: &'a str,
        contexts: impl IntoIterator<Item = &'c Context> + 'a,
        now_ms: i64,
    ) -> impl Iterator<Item = Decision<'a>> {
        contexts.into_iter().map(move |context| self.decide(flag, context, now_ms))
    }

    /// Decides a flag for whatever can tell the attributes: the way in for language bindings.
    #[must_use]
    pub fn outcome<C: ContextView>(&self, flag: FlagId, view: &C, now_ms: i64) -> Outcome {
        self.compiled.program.outcome(flag.0, view, now_ms)
    }

    /// The decision that an outcome stands for.
    #[must_use]
    pub fn decision(&self, flag: FlagId, outcome: Outcome) -> Decision<'_> {
        if self.compiled.program.flag_record(flag.0).is_none() {
            return self.no_decision("", ErrorCode::FlagNotFound);
        }
        let variant = outcome.variant.and_then(|variant| self.compiled.program.variant(flag.0, variant));
        Decision {
            flag: self.compiled.program.flag_name(flag.0),
            value: variant.and_then(|(_, value)| self.value(value)),
            variant: variant.map(|(name, _)| name),
            reason: outcome.reason.shown(self.stale),
            rule: outcome.rule.map(u32::from),
            error: outcome.error,
            digest: &self.digest,
        }
    }

    /// The value that a packed outcome serves.
    #[inline]
    pub(crate) fn served(&self, flag: u32, packed: u32) -> Option<&Value> {
        let variant = u16::try_from(packed & 0xFFF).unwrap_or(u16::MAX);
        self.value(self.compiled.program.variant(flag, variant)?.1)
    }

    /// The value of a variant, by its number in the program.
    pub(crate) fn value(&self, number: u32) -> Option<&Value> {
        self.values.get(number as usize)
    }

    /// Decides a flag and tells how it came about.
    #[must_use]
    pub fn explain<'a>(&'a self, flag: &'a str, context: &Context, now_ms: i64) -> Explanation<'a> {
        let nothing = |error| Explanation { decision: self.no_decision(flag, error), steps: Vec::new() };
        let Some(id) = self.flag(flag) else { return nothing(ErrorCode::FlagNotFound) };
        if !context.fits(self.number) {
            return nothing(ErrorCode::InvalidContext);
        }
        self.explain_view(id, context, now_ms)
    }

    /// The explanation for whatever can tell the attributes.
    #[must_use]
    pub fn explain_view<C: ContextView>(&self, flag: FlagId, view: &C, now_ms: i64) -> Explanation<'_> {
        let mut recorder = Recorder::default();
        let outcome = self.compiled.program.watched(flag.0, view, now_ms, &mut recorder);
        let outcome = Outcome::unpack(outcome).unwrap_or(Outcome::error(ErrorCode::FlagNotFound, None));
        Explanation { decision: self.decision(flag, outcome), steps: recorder.steps }
    }

    /// The number of a migration, which spares looking its name up again.
    #[must_use]
    pub fn migration(&self, name: &str) -> Option<MigrationId> {
        self.compiled.program.find_migration(name).map(MigrationId)
    }

    /// Decides a migration: where to read, where to write, and what that may cost. A context that was prepared
    /// for another ruleset gives the route of the migration's phase with the error `INVALID_CONTEXT`.
    ///
    /// ```
    /// use cutover::{Attributes, Engine};
    /// let engine = Engine::from_str(
    ///     "cutover: 1
    /// migrations:
    ///   recruiters:
    ///     old: recruiters
    ///     new: jobs_partners
    ///     ladder: recruiters_four_phase
    ///     phase: dual_read
    ///     switches: { emergency: FORCE_FALLBACK }
    /// ",
    /// )?;
    /// let context = engine.context(&Attributes::new());
    /// let route = engine.route("recruiters", &context, 0, &[("FORCE_FALLBACK", false)]);
    /// assert_eq!(route.read.map(|read| read.from), Some("jobs_partners"));
    /// let route = engine.route("recruiters", &context, 0, &[("FORCE_FALLBACK", true)]);
    /// assert_eq!(route.read.map(|read| read.from), Some("recruiters"));
    /// # Ok::<(), cutover::LoadError>(())
    /// ```
    #[must_use]
    pub fn route<'a>(
        &'a self,
        migration: &'a str,
        context: &Context,
        now_ms: i64,
        switches: &(impl SwitchSource + ?Sized),
    ) -> Route<'a> {
        let Some(id) = self.migration(migration) else { return Route::unknown(migration, self.digest()) };
        let choice = if context.fits(self.number) {
            self.choose(id, context, now_ms, switches)
        } else {
            let choice = self.choose(id, &crate::packed::PackedContext::new(&[]), now_ms, switches);
            choice.map(|choice| RouteChoice { error: Some(ErrorCode::InvalidContext), ..choice })
        };
        choice
            .and_then(|choice| self.route_of(id, choice, switches))
            .unwrap_or_else(|| Route::unknown(migration, self.digest()))
    }

    /// Decides a migration for whatever can tell the attributes: the way in for language bindings. None where
    /// there is no such migration.
    #[must_use]
    pub fn choose<C: ContextView>(
        &self,
        migration: MigrationId,
        view: &C,
        now_ms: i64,
        switches: &(impl SwitchSource + ?Sized),
    ) -> Option<RouteChoice> {
        self.compiled.program.choose(migration.0, view, now_ms, switches)
    }

    /// The route that a choice stands for; none where the choice is not of this migration.
    #[must_use]
    pub fn route_of<'a>(
        &'a self,
        migration: MigrationId,
        choice: RouteChoice,
        switches: &(impl SwitchSource + ?Sized),
    ) -> Option<Route<'a>> {
        self.compiled.migrations.get(migration.index())?.route(choice, switches, self.digest())
    }

    /// What the phases, moves, switches and emergencies of a migration can cost: a model of its two stores looks at
    /// everything that can happen. None for a migration that there is not.
    ///
    /// # Errors
    /// [`SafetyError`](crate::SafetyError) where the options are out of bounds, or the ladder has more phases than the
    /// model takes.
    ///
    /// ```
    /// use cutover::{Engine, SafetyOptions, Verdict};
    /// let engine = Engine::from_str(
    ///     "cutover: 1\nmigrations: { orders: { old: sql, new: mongo, ladder: standard, phase: sync } }",
    /// )?;
    /// let report = engine.safety("orders", SafetyOptions::default())?.unwrap();
    /// assert!(report.safe);
    /// assert_eq!(report.last_reversible.as_deref(), Some("ramp_down"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn safety(
        &self,
        migration: &str,
        options: crate::SafetyOptions,
    ) -> Result<Option<crate::SafetyReport>, crate::SafetyError> {
        let Some(id) = self.migration(migration) else { return Ok(None) };
        let Some(migration) = self.compiled.migrations.get(id.index()) else { return Ok(None) };
        crate::safety::report(migration, options, self.digest()).map(Some)
    }

    /// The decision where there is none: the caller's default applies.
    #[must_use]
    pub fn no_decision<'a>(&'a self, flag: &'a str, error: ErrorCode) -> Decision<'a> {
        Decision {
            flag,
            value: None,
            variant: None,
            reason: Reason::Error,
            rule: None,
            error: Some(error),
            digest: &self.digest,
        }
    }

    /// The compiled program: the way in for language bindings.
    #[must_use]
    #[inline]
    pub fn program(&self) -> &Program {
        &self.compiled.program
    }

    /// Comparators, path tables, delivery policies and fallbacks.
    pub(crate) fn sections(&self) -> &crate::sections::Sections {
        &self.compiled.sections
    }

    pub(crate) fn compiled_migrations(&self) -> &[CompiledMigration] {
        &self.compiled.migrations
    }
}

/// The number of a flag in an engine, in the order of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FlagId(pub(crate) u32);

impl FlagId {
    /// The index among [`Engine::flags`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The flag of this index among [`Engine::flags`]; one that there is not decides as an unknown flag.
    #[must_use]
    pub fn from_index(index: u32) -> Self {
        Self(index)
    }
}

/// The number of a migration in an engine, in the order of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MigrationId(u32);

impl MigrationId {
    /// The index among [`Engine::migrations`].
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The migration of this index among [`Engine::migrations`].
    #[must_use]
    pub fn from_index(index: u32) -> Self {
        Self(index)
    }
}
