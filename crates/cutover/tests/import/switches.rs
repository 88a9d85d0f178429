//! The switches of a `.env` file become a ruleset that loads, with a route that follows them.

use cutover::Engine;
use cutover::import::{Kind, Options, import};

#[test]
fn switches_become_a_migration() {
    let text = b"USE_JOBS_PARTNERS_READ=true\nUSE_JOBS_PARTNERS_WRITE=false\nKEEP_RECRUITERS_BACKUP=false\nFORCE_RECRUITERS_FALLBACK=false\n";
    let imported = import(Kind::Env, text, &Options::default());
    assert!(
        imported.diagnostics.iter().all(|problem| !problem.is_error() && problem.line.is_none()),
        "{:?}",
        imported.diagnostics
    );
    let ruleset = imported.ruleset.unwrap();
    assert_eq!(
        ruleset,
        "# Imported switches.
cutover: 1

migrations:
  recruiters:
    old: recruiters
    new: jobs_partners
    ladder: recruiters_four_phase
    switches:
      read: { name: USE_JOBS_PARTNERS_READ, is: true }
      write: { name: USE_JOBS_PARTNERS_WRITE, is: false }
      backup: { name: KEEP_RECRUITERS_BACKUP, is: false }
      emergency: { name: FORCE_RECRUITERS_FALLBACK, is: false }
"
    );
    assert_eq!(Engine::from_str(&ruleset).unwrap().migrations().collect::<Vec<_>>(), ["recruiters"]);
}

#[test]
fn a_file_without_switches_is_refused() {
    let imported = import(Kind::Env, b"PORT=80\n", &Options::default());
    assert_eq!((imported.ruleset, imported.diagnostics[0].code), (None, "no_switches"));
}
