//! How long a comparison takes: `cargo run --release --example measure -p cutover-compare`.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use cutover_compare::{Case, Dates, Profile, compare};

/// About 60 fields in 2 kB, as an order with its lines; `version` makes two values different.
fn document(version: u32) -> String {
    let mut lines = String::new();
    for line in 0..7 {
        let comma = if line == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(
            lines,
            r#"{comma}{{"sku":"ABC-{line}-00{line}","title":"Chaussures de sécurité, modèle {line}","quantity":{line},"unit_price":1{line}.90,"vat_rate":0.2,"in_stock":true,"warehouse":{{"code":"PAR-{line}","shelf":null}}}}"#
        );
    }
    format!(
        r#"{{"id":9007199254740993,"reference":"2024-000123","status":"confirmed","created_at":"2024-03-01T09:00:00.000Z","updated_at":"2024-03-02T10:15:30.123Z","customer":{{"id":12345,"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com","phone":"+33 1 23 45 67 89","newsletter":false,"address":{{"street":"12, rue de la Paix","zip_code":"75002","city":"Paris","country":"FR","version":{version}}}}},"lines":[{lines}],"total":{{"net":239.40,"vat":47.88,"gross":287.28,"currency":"EUR"}},"payment":{{"method":"card","captured":true,"transaction":"tr_0123456789abcdef0123456789abcdef"}},"notes":"Livrer entre 9 h et 12 h, sonner deux fois ; code de la porte : {version}4B7."}}"#
    )
}

fn measure(name: &str, run: impl Fn()) {
    const ROUNDS: u32 = 2000;
    let mut best = Duration::MAX;
    for _ in 0..20 {
        #[expect(clippy::disallowed_methods, reason = "this is what measures")]
        let start = std::time::Instant::now();
        for _ in 0..ROUNDS {
            run();
        }
        best = best.min(start.elapsed() / ROUNDS);
    }
    println!("{name:44} {best:?}");
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (control, candidate) = (document(1), document(2));
    let (control, candidate) = (control.as_bytes(), candidate.as_bytes());
    println!("{} bytes", control.len());
    let plain = Profile::default();
    let full = Profile::builder()
        .ignore("_id")
        .ignore("updated_at")
        .case(Case::SnakeToCamel)
        .tolerance(0.0001)
        .dates(Dates::Iso)
        .booleans_from_01(true)
        .build()?;
    let unordered = Profile::builder().unordered("lines").build()?;
    let found = compare(&plain, control, candidate)?;
    assert_eq!(found.count, 2);
    let spaced = String::from_utf8(candidate.to_vec())?.replace("\":", "\": ").replace(",\"", ", \"");
    let compared = |profile: &Profile, candidate: &[u8]| {
        let found = compare(black_box(profile), black_box(control), black_box(candidate));
        assert!(found.is_ok_and(|found| black_box(found).count < 3));
    };
    measure("two values differ", || compared(&plain, candidate));
    measure("two values differ, written with blanks", || compared(&plain, spaced.as_bytes()));
    measure("two values differ, the profile of the design", || compared(&full, candidate));
    measure("the same with blanks", || compared(&full, spaced.as_bytes()));
    measure("two values differ, lines without order", || compared(&unordered, spaced.as_bytes()));
    measure("the same bytes", || compared(&plain, control));
    Ok(())
}
