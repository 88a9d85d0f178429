//! What is found in a tree, and the ruleset that is proposed for it.

use cutover::{Attributes, Engine};
use cutover_switches::{Migration, Sure, scan};
use std::fs;
use std::path::Path;

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const RECRUITERS: &str = r#"
export const flags = {
  USE_JOBS_PARTNERS_READ: process.env.USE_JOBS_PARTNERS_READ === "true",
  USE_JOBS_PARTNERS_WRITE: process.env.USE_JOBS_PARTNERS_WRITE === "true",
  KEEP_RECRUITERS_BACKUP: process.env.KEEP_RECRUITERS_BACKUP === "true",
  FORCE_RECRUITERS_FALLBACK: process.env.FORCE_RECRUITERS_FALLBACK === "true",
};
"#;

#[test]
fn four_switches_are_one_migration() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "src/flags.ts", RECRUITERS);
    let found = scan(folder.path()).unwrap();
    let migration = Migration {
        old: "recruiters".to_owned(),
        new: "jobs_partners".to_owned(),
        read: "USE_JOBS_PARTNERS_READ".to_owned(),
        write: "USE_JOBS_PARTNERS_WRITE".to_owned(),
        backup: Some("KEEP_RECRUITERS_BACKUP".to_owned()),
        emergency: Some("FORCE_RECRUITERS_FALLBACK".to_owned()),
    };
    assert_eq!(found.migrations, [migration]);
    let engine = Engine::from_str(&found.ruleset(Sure::Likely)).unwrap();
    assert_eq!(engine.flags().len(), 0);
    let route = engine.route(
        "recruiters",
        &engine.context(&Attributes::new()),
        0,
        &[("USE_JOBS_PARTNERS_READ", true)],
    );
    assert_eq!(route.phase, Some("dual_read"));
}

#[test]
fn a_tree_is_read_as_git_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let code = "a = process.env.USE_A === 'true';";
    for file in [
        "src/a.ts",
        "lib/a.js",
        "ignored/a.ts",
        "node_modules/x/a.js",
        ".hidden/a.ts",
        "src/a.min.js",
        "src/a.d.ts",
    ] {
        write(folder.path(), file, code);
    }
    write(folder.path(), ".gitignore", "ignored/\n");
    write(folder.path(), "src/large.ts", &format!("{code}{}", " ".repeat(3 << 20)));
    write(
        folder.path(),
        "features.yml",
        "features:\n  - name: orders\n    enabled: true\n    rollout_percentage: 50\n",
    );
    let found = scan(folder.path()).unwrap();
    let places: Vec<(String, usize)> = found
        .switches
        .iter()
        .flat_map(|switch| &switch.uses)
        .map(|place| (place.file.clone(), place.found.line))
        .collect();
    assert_eq!(
        places,
        [("lib/a.js".to_owned(), 1), ("src/a.ts".to_owned(), 1), ("features.yml".to_owned(), 2)]
    );
    assert_eq!(found.files, 2);
    assert_eq!(found.skipped, ["src/large.ts: larger than 2 MiB"]);
    assert!(scan(&folder.path().join("nowhere")).is_err());
}

#[test]
fn what_is_proposed_loads_and_decides_as_the_code_does() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "a \"b\"\u{7}/x: y.ts",
        "import { OpenFeature } from '@openfeature/server-sdk';\n\
         c.getStringValue('algorithm', 'a\\u0000 \"b\"');\nc.getNumberValue('limit', 1e3);\nc.getBooleanValue('on', true);\n\
         const ok = hash(userId) % 100 < 33.333;\nif (process.env.ENABLE_ON !== 'false') {}\n",
    );
    write(
        folder.path(),
        "b.py",
        "import os\nenable_on = os.getenv('ENABLE_ON') == '1'\nflags.is_enabled('enable_on')\n",
    );
    let found = scan(folder.path()).unwrap();
    let text = found.ruleset(Sure::Guess);
    let engine = Engine::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let context = engine.context(&Attributes::new().with("userId", "ada"));
    let value = |flag: &str| cutover::wire::to_json(&engine.decide(flag, &context, 0).value);
    assert_eq!((value("limit"), value("on")), ("1000".to_owned(), "true".to_owned()));
    // Two switches of one name have two flags.
    assert!(engine.flag("enable_on").is_some() && engine.flag("enable_on_2").is_some(), "{text}");
    assert_eq!(text, scan(folder.path()).unwrap().ruleset(Sure::Guess));
}
