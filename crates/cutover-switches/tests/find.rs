//! What is found in a text, how sure that is, and what is not found.

use cutover_switches::Language::{Python, Tsx, TypeScript};
use cutover_switches::{Holds, Language, Origin, Sure, find};

/// The names that are found, with how sure that is.
fn names(language: Language, text: &str) -> Vec<(String, Sure)> {
    find(language, text).into_iter().map(|found| (found.name, found.sure)).collect()
}

fn one(language: Language, text: &str) -> cutover_switches::Use {
    let found = find(language, text);
    assert_eq!(found.len(), 1, "{text}\n{found:#?}");
    found.into_iter().next().unwrap()
}

#[test]
fn variables_that_are_compared_are_switches() {
    for (language, text, unset) in [
        (TypeScript, r#"const a = process.env.USE_X === "true";"#, false),
        (TypeScript, r#"const a = process.env["USE_X"] == '1';"#, false),
        (TypeScript, r#"const a = "on" === (process.env.USE_X as string);"#, false),
        (TypeScript, r#"const a = process.env.USE_X!.toLowerCase() === "yes";"#, false),
        (TypeScript, r#"const a = process.env.USE_X !== "false";"#, true),
        (TypeScript, r#"const a = (process.env.USE_X ?? "true") === "true";"#, true),
        (TypeScript, r#"const a = (process.env.USE_X || "false") === "true";"#, false),
        (Tsx, r#"const a = <b>{import.meta.env.USE_X === "true" && <i/>}</b>;"#, false),
        (Python, r#"a = os.environ["USE_X"] == "true""#, false),
        (Python, r#"a = os.environ.get("USE_X", "True").lower() in ("true", "1")"#, true),
        (Python, r#"a = os.getenv("USE_X", "0") != "0""#, false),
    ] {
        let found = one(language, text);
        assert_eq!(
            (found.name.as_str(), found.sure, found.origin),
            ("USE_X", Sure::Sure, Origin::Environment),
            "{text}"
        );
        assert_eq!(found.holds, Holds::Bool(unset), "{text}");
    }
}

#[test]
fn variables_that_are_asked_are_likely_where_they_are_named_so() {
    for (language, text, sure) in [
        (TypeScript, "if (process.env.ENABLE_X) run();", Sure::Likely),
        (TypeScript, "const a = !process.env.FEATURE_X;", Sure::Likely),
        (TypeScript, "const a = process.env.SENTRY_DSN ? 1 : 2;", Sure::Guess),
        (TypeScript, "const a = process.env.USE_X;", Sure::Guess),
        (TypeScript, "const a = parseBoolean(process.env.USE_X);", Sure::Sure),
        (TypeScript, "const { USE_X, PORT } = process.env;", Sure::Guess),
        (TypeScript, r#"const a = Number(process.env.V2_TRAFFIC_PERCENTAGE ?? "10");"#, Sure::Likely),
        (Python, "if os.getenv('ENABLE_X'):\n    run()", Sure::Likely),
        (Python, "a = 1 if os.getenv('OTHER') else 2", Sure::Guess),
        (Python, "a = bool(os.getenv('USE_X', 'false'))", Sure::Sure),
    ] {
        let found = one(language, text);
        assert_eq!(found.sure, sure, "{text} {}", found.why);
    }
    let share = one(TypeScript, r#"const a = Number(process.env.V2_TRAFFIC_PERCENTAGE ?? "10");"#);
    assert_eq!(share.holds, Holds::Share { percent: Some(10.0), by: None });
}

#[test]
fn settings_are_no_switches() {
    for (language, text) in [
        (TypeScript, r#"if (process.env.NODE_ENV === "production") {}"#),
        (TypeScript, "listen(process.env.PORT, process.env.HOST_NAME);"),
        (TypeScript, r#"const uri = process.env.MONGODB_URI ?? "mongodb://localhost";"#),
        (TypeScript, r#"const a = process.env.LOG_LEVEL === "debug";"#),
        (TypeScript, "// process.env.USE_X === 'true'\nconst a = \"process.env.USE_X === 'true'\";"),
        (TypeScript, "const a = config.USE_X === 'true';"),
        (Python, "region = os.environ['AWS_REGION']"),
        (Python, "\"\"\"os.getenv('USE_X') == 'true'\"\"\""),
    ] {
        let found: Vec<_> =
            names(language, text).into_iter().filter(|(_, sure)| *sure > Sure::Guess).collect();
        assert_eq!(found, [], "{text}");
    }
}

#[test]
fn calls_of_flag_systems_are_sure_where_the_file_imports_them() {
    for (language, import, call, origin, holds) in [
        (
            TypeScript,
            "import * as ld from '@launchdarkly/node-server-sdk';",
            "c.variation('x', ctx, true)",
            Origin::LaunchDarkly,
            Holds::Bool(true),
        ),
        (
            TypeScript,
            "import { initialize } from 'unleash-client';",
            "u.isEnabled('x', ctx)",
            Origin::Unleash,
            Holds::Bool(false),
        ),
        (
            TypeScript,
            "import { initialize } from 'unleash-client';",
            "u.getVariant('x')",
            Origin::Unleash,
            Holds::Variant,
        ),
        (
            TypeScript,
            "import { OpenFeature } from '@openfeature/server-sdk';",
            "await c.getStringValue('x', 'a')",
            Origin::OpenFeature,
            Holds::Text("a".into()),
        ),
        (
            Tsx,
            "const { GrowthBook } = require('@growthbook/growthbook');",
            "gb.getFeatureValue('x', 7)",
            Origin::GrowthBook,
            Holds::Number(7.0),
        ),
        (
            Tsx,
            "import { useFlag } from '@unleash/proxy-client-react';",
            "useFlag('x')",
            Origin::Unleash,
            Holds::Bool(false),
        ),
        (Python, "import ldclient", "c.variation('x', ctx, False)", Origin::LaunchDarkly, Holds::Bool(false)),
        (
            Python,
            "from UnleashClient import UnleashClient",
            "c.is_enabled('x')",
            Origin::Unleash,
            Holds::Bool(false),
        ),
        (
            Python,
            "from openfeature import api",
            "c.get_boolean_value('x', True)",
            Origin::OpenFeature,
            Holds::Bool(true),
        ),
        (
            Python,
            "from growthbook import GrowthBook",
            "gb.is_on('x')",
            Origin::GrowthBook,
            Holds::Bool(false),
        ),
    ] {
        let found = one(language, &format!("{import}\n{call}\n"));
        assert_eq!(
            (found.line, found.sure, found.origin, found.holds),
            (2, Sure::Sure, origin, holds),
            "{call}"
        );
    }
}

#[test]
fn methods_of_the_same_name_are_less_sure() {
    for (language, call, sure) in [
        (TypeScript, "this.featureToggle.isEnabled('orders_mongodb', ctx)", Sure::Likely),
        (TypeScript, "client.getBooleanValue('x', false)", Sure::Likely),
        (TypeScript, "button.isEnabled('x')", Sure::Guess),
        (Python, "flags.is_enabled('x')", Sure::Likely),
        (Python, "logger.is_enabled('x')", Sure::Guess),
    ] {
        assert_eq!(one(language, call).sure, sure, "{call}");
    }
    for call in
        ["button.isEnabled()", "flags.isEnabled(name)", "flags.isEnabled(`x_${y}`)", "isEnabledFor('x')"]
    {
        assert_eq!(names(TypeScript, call), [], "{call}");
    }
}

#[test]
fn shares_are_found_by_their_hash() {
    for (language, text, name, holds) in [
        (
            TypeScript,
            "function inRollout(userId) { return hash(userId) % 100 < 25; }",
            "inRollout",
            Holds::Share { percent: Some(25.0), by: Some("userId".into()) },
        ),
        (
            TypeScript,
            "const ok = 5 > murmur3(user.id) % 1000;",
            "share_at_line_1",
            Holds::Share { percent: Some(0.5), by: Some("userId".into()) },
        ),
        (
            TypeScript,
            "const hash = this.of(ctx);\nconst bucket = hash % 100;\nreturn bucket < feature.rolloutPercentage;",
            "rolloutPercentage",
            Holds::Share { percent: None, by: None },
        ),
        (
            Python,
            "def use_v2(user_id):\n    return crc32(user_id) % 100 < V2_PERCENT",
            "V2_PERCENT",
            Holds::Share { percent: None, by: Some("user_id".into()) },
        ),
    ] {
        let found = one(language, text);
        assert_eq!((found.name.as_str(), found.origin), (name, Origin::HashedShare), "{text}");
        assert!(found.sure > Sure::Guess, "{text}");
        assert_eq!(found.holds, holds, "{text}");
    }
    for text in [
        "if (index % 100 < 5) log();",
        "const a = i % 2 === 0;",
        "if (hash(x) % 16 < 3) shard();",
        "x % 100 == 0",
    ] {
        assert_eq!(names(TypeScript, text), [], "{text}");
    }
    // Chance may be sampling, or a test.
    assert_eq!(one(TypeScript, "if (Math.random() < 0.1) trace();").sure, Sure::Guess);
    assert_eq!(one(Python, "ok = random.random() < 0.1").origin, Origin::Chance);
}

#[test]
fn toggles_as_objects_are_found() {
    let text = "const config = { name: 'orders_mongodb', enabled: true, rolloutPercentage: 50, enabledForUsers: ['u'] };";
    let found = one(TypeScript, text);
    assert_eq!(
        (found.name.as_str(), found.sure, found.origin),
        ("orders_mongodb", Sure::Sure, Origin::Configuration)
    );
    let found = one(Python, "C = {'name': 'x', 'enabled': False, 'rollout_percentage': 10}");
    assert_eq!(found.holds, Holds::Bool(false));
    assert_eq!(names(TypeScript, "const button = { name: 'x', enabled: true };"), []);
}

#[test]
fn broken_and_hostile_texts_are_read_as_far_as_they_go() {
    assert_eq!(
        names(TypeScript, "const a = process.env.USE_X === 'true'; }}}} class {"),
        [("USE_X".to_owned(), Sure::Sure)]
    );
    let deep = format!("{}process.env.USE_X === 'true'{}", "(".repeat(20_000), ")".repeat(20_000));
    let _ = find(TypeScript, &deep);
    for text in
        ["\0\u{FEFF}\u{202E}", "flags.isEnabled('a\\nb\\u0000')", "process.env['a b\u{7}'] === 'true'"]
    {
        assert_eq!(names(TypeScript, text), [], "{text:?}");
    }
    assert_eq!(
        names(Python, "def f(:\n  os.getenv('USE_X') == 'true'\n"),
        [("USE_X".to_owned(), Sure::Sure)]
    );
}
