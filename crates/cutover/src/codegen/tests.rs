//! What the modules look like; that compilers take them, and refuse what is misspelt, is tested where the compilers are.

use super::{Language, types};

const RULESET: &str = r#"
cutover: 1
segments:
  large: { if: { attribute: tenant.tier, in: [enterprise, premium] } }
flags:
  beta:
    rules:
      - { if: { all: [{ attribute: age, above: 17 }, { attribute: seen, exists: true }] }, serve: on }
      - { if: { not: { attribute: tags, contains: [a, 1] } }, serve: on }
      - { if: { attribute: groups, starts_with: staff-, each: any }, serve: on }
      - { if: { attribute: seen_at, before: 0, each: any }, serve: on }
      - { if: { attribute: since, after: "2026-01-01T00:00:00Z" }, serve: { rollout: 10%, by: userId } }
  algorithm:
    variants: { v1: simple, v2: { name: hybrid, limits: [1, 2.5] } }
    default: v1
migrations:
  recruiters:
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    phase: dual_read
    switches: { emergency: FORCE_FALLBACK }
    jobs: { export: { kind: rewrite } }
paths:
  api:
    - { path: /offers, service: fresh, side: new, fallback: legacy }
    - { path: /, service: legacy, side: old }
"#;

fn written(text: &str, language: Language) -> String {
    types(text.as_bytes(), language).unwrap()
}

#[track_caller]
fn has(module: &str, lines: &[&str]) {
    for line in lines {
        assert!(module.contains(line), "{line}\nis not in\n{module}");
    }
}

#[test]
fn typescript_has_all_names() {
    has(
        &written(RULESET, Language::TypeScript),
        &[
            r#"readonly "algorithm": { readonly "v1": "simple"; readonly "v2": { readonly "limits": readonly (number)[];"#,
            r#"readonly "recruiters": { readonly phases: "#,
            r#"readonly stores: "recruiters" | "jobs_partners"; readonly switches: "FORCE_FALLBACK"; readonly jobs: "export" }"#,
            r#"readonly "api": "fresh" | "legacy";"#,
            r#"readonly "age"?: number | bigint | null | undefined;"#,
            r#"readonly "groups"?: string | readonly string[] | null | undefined;"#,
            r#"readonly "seen_at"?: Date | string | number | readonly string[] | readonly (number | bigint)[] | null | undefined;"#,
            r#"readonly "seen"?: unknown | null | undefined;"#,
            r#"readonly "since"?: Date | string | number | null | undefined;"#,
            r#"readonly "tags"?: string | readonly string[] | readonly (number | bigint)[] | null | undefined;"#,
            r#"readonly "tenant"?: { readonly "tier"?: string | null | undefined } | null | undefined;"#,
            r#"readonly "tenant.tier"?: string | null | undefined;"#,
            r#"readonly "userId"?: string | number | bigint | null | undefined;"#,
        ],
    );
}

#[test]
fn python_has_all_names() {
    has(
        &written(RULESET, Language::Python),
        &[
            r#"FlagKey = Literal["algorithm", "beta"]"#,
            r#"def is_enabled(self, key: Literal["beta"], ctx: _Given = None, *, now: _Now = None, default: bool = False) -> bool"#,
            r#"TypedDecision[Union[Literal["v1", "v2"], None], Union[Literal["simple"], _Value1, None]]"#,
            r#""limits": list[Union[float, int]],"#,
            r#"Literal["recruiters", "jobs_partners"], Literal["export"]]"#,
            r#"PathTable = Literal["api"]"#,
            r#""tenant.tier": Union[str, None],"#,
            r#""userId": Union[str, int, float, None],"#,
        ],
    );
}

#[test]
fn what_does_not_change_names_does_not_change_the_module() {
    for language in Language::ALL {
        let module = written(RULESET, language);
        assert_eq!(
            module,
            written(&RULESET.replace("10%", "11%").replace("phase: dual_read", "phase: sync"), language)
        );
        assert_ne!(module, written(&RULESET.replace("beta", "beat"), language));
    }
}

#[test]
fn hostile_names_stay_texts() {
    let name = "*/ \\\" \u{202E}\u{2028}${}`'''\"\"\"";
    let json = serde_json::to_string(name).unwrap();
    let ruleset =
        format!(r#"{{"cutover":1,"flags":{{{json}:{{"variants":{{{json}:{json}}},"default":{json}}}}}}}"#);
    let typescript = written(&ruleset, Language::TypeScript);
    has(&typescript, &[r#"readonly "*/ \\\" \u{202e}\u{2028}${}`'''\"\"\"": {"#]);
    let python = written(&ruleset, Language::Python);
    has(&python, &[r#"FlagKey = Literal["*/ \\\" \U0000202e\U00002028${}`'''\"\"\""]"#]);
}

#[test]
fn a_ruleset_of_nothing_has_types_too() {
    has(&written("cutover: 1", Language::TypeScript), &["export type Flags = {\n};"]);
    has(&written("cutover: 1", Language::Python), &["FlagKey = None", "Attributes = TypedDict"]);
}

#[test]
fn what_is_refused_has_no_types() {
    let error = types(b"cutover: 1\nflgs: {}", Language::Python).unwrap_err();
    assert_eq!(error.diagnostics[0].code, "unknown_key");
    assert_eq!(
        "rs".parse::<Language>().unwrap_err().to_string(),
        "types are written in ts or py, not in `rs`"
    );
}
