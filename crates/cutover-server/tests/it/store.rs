//! One suite over both databases.

use crate::support::both;
use cutover_server::audit::{Deed, broken};
use cutover_server::store::{
    Draft, Emergency, NewVersion, NodeRow, PlanRow, Settings, Store, StoreError, Target,
};
use serde_json::json;

both!(
    versions_follow_each_other,
    drafts_are_written_by_who_saw_them,
    a_lease_has_a_fence,
    emergencies_are_kept_once,
    nodes_and_plans
);

fn deed(action: &str) -> Deed {
    Deed { actor: "ada".into(), action: action.into(), reason: "why not".into(), ..Deed::default() }
}

fn version(follows: i64) -> NewVersion {
    NewVersion {
        env: "dev".into(),
        follows,
        version: follows + 1,
        body: "{\"cutover\":1}".into(),
        source: "cutover: 1 # é".into(),
        digest: "d".into(),
        signature: String::new(),
        kind: "publish".into(),
    }
}

async fn opened(url: &str) -> Store {
    let store = Store::open(url).await.unwrap();
    store.put_environment("dev", Settings::default(), deed("environment")).await.unwrap();
    store
}

async fn versions_follow_each_other(url: &str) {
    let store = opened(url).await;
    store.publish(&version(0), deed("publish"), None).await.unwrap();
    store.publish(&version(1), deed("publish"), None).await.unwrap();
    let late = store.publish(&version(1), deed("publish"), None).await.unwrap_err();
    assert!(matches!(late, StoreError::Conflict { current: 2, .. }), "{late}");
    let other = NewVersion { env: "nowhere".into(), ..version(0) };
    assert!(matches!(store.publish(&other, deed("publish"), None).await, Err(StoreError::NotFound(_))));
    assert_eq!(store.version("dev", 1).await.unwrap().source, "cutover: 1 # é");
    assert!(matches!(store.version("dev", 3).await, Err(StoreError::NotFound(_))));
    let numbers: Vec<i64> =
        store.versions("dev", i64::MAX, 10).await.unwrap().iter().map(|line| line.version).collect();
    assert_eq!(numbers, [2, 1]);
    // Many at once: each number is given once, and the log stays whole.
    let tries = (0..10).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.publish(&version(2), deed("publish"), None).await.is_ok() })
    });
    let mut won = 0;
    for attempt in tries.collect::<Vec<_>>() {
        won += u32::from(attempt.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(store.environments().await.unwrap()[0].current, 3);
    let entries = store.audit(None, 0, 100).await.unwrap();
    assert_eq!((entries.len(), broken(&entries, "")), (4, None), "what was refused left no trace");
    assert_eq!(store.audit(Some("dev"), 1, 100).await.unwrap().len(), 0, "these deeds name no environment");
    let newest = store.audit_newest(None, i64::MAX, 1).await.unwrap();
    assert_eq!(newest.first(), entries.last());
    let rest = store.audit_newest(None, newest[0].seq, 100).await.unwrap();
    assert_eq!(
        rest.iter().rev().collect::<Vec<_>>(),
        entries[..entries.len() - 1].iter().collect::<Vec<_>>()
    );
    assert_eq!(store.audit_newest(Some("dev"), i64::MAX, 100).await.unwrap().len(), 0);
    // The tables are there when it is opened again.
    drop(store);
    assert_eq!(Store::open(url).await.unwrap().environments().await.unwrap()[0].current, 3);
}

async fn drafts_are_written_by_who_saw_them(url: &str) {
    let store = opened(url).await;
    let draft = Draft {
        name: "next".into(),
        text: "a".into(),
        base: 0,
        revision: 0,
        actor: String::new(),
        updated_at: 0,
    };
    assert_eq!(store.put_draft("dev", &draft, 0, deed("draft")).await.unwrap(), 1);
    assert_eq!(store.put_draft("dev", &draft, 1, deed("draft")).await.unwrap(), 2);
    let late = store.put_draft("dev", &draft, 1, deed("draft")).await.unwrap_err();
    assert!(matches!(late, StoreError::Conflict { current: 2, .. }));
    assert_eq!(store.draft("dev", "next").await.unwrap().actor, "ada");
    store.drop_draft("dev", "next", deed("draft_dropped")).await.unwrap();
    assert!(matches!(
        store.drop_draft("dev", "next", deed("draft_dropped")).await,
        Err(StoreError::NotFound(_))
    ));
    assert!(store.drafts("dev").await.unwrap().is_empty());
}

async fn a_lease_has_a_fence(url: &str) {
    let store = opened(url).await;
    let first = store.lease("plans", "a", 1_000, 500).await.unwrap().unwrap();
    assert_eq!(store.lease("plans", "b", 1_400, 500).await.unwrap(), None);
    assert_eq!(store.lease("plans", "a", 1_400, 500).await.unwrap().unwrap().number, first.number);
    let second = store.lease("plans", "b", 2_000, 500).await.unwrap().unwrap();
    assert!(second.number > first.number);
    // Who was slow is told so when it writes, and nothing of it is written.
    let slow = store.publish(&version(0), deed("publish"), Some(&first)).await.unwrap_err();
    assert!(matches!(slow, StoreError::Fenced), "{slow}");
    let row = PlanRow::new("dev", "v2");
    assert!(matches!(store.put_plan(&row, Some(deed("plan")), Some(&first)).await, Err(StoreError::Fenced)));
    store.publish(&version(0), deed("publish"), Some(&second)).await.unwrap();
    assert_eq!(store.audit(None, 0, 100).await.unwrap().len(), 2);
    store.release(&second).await.unwrap();
    assert!(store.lease("plans", "a", 2_001, 500).await.unwrap().is_some());
}

async fn emergencies_are_kept_once(url: &str) {
    let store = opened(url).await;
    let emergency = |on, at| Emergency {
        env: "dev".into(),
        target: Target::Flag("v2".into()),
        on,
        before: json!(null),
        id: "x".into(),
        actor: "ada".into(),
        reason: String::new(),
        at,
    };
    store.publish_emergency(&version(0), deed("emergency"), &[emergency(true, 5)], "call 1").await.unwrap();
    assert!(store.is_replayed("call 1").await.unwrap());
    let again =
        store.publish_emergency(&version(1), deed("emergency"), &[emergency(true, 5)], "call 1").await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })));
    // What was said first may arrive last.
    store.keep_emergency(deed("emergency_over"), &[emergency(false, 4)], "call 0").await.unwrap();
    assert_eq!(store.emergencies().await.unwrap(), [emergency(true, 5)]);
    store.keep_emergency(deed("emergency_over"), &[emergency(false, 6)], "call 2").await.unwrap();
    assert!(!store.emergencies().await.unwrap()[0].on);
}

async fn nodes_and_plans(url: &str) {
    let store = opened(url).await;
    let node = |epoch, seen_at| NodeRow {
        env: "dev".into(),
        node: "n".into(),
        epoch,
        oldest_open: -1,
        counts: "{}".into(),
        seen_at,
    };
    store.put_nodes(&[node(2, 20)], 0).await.unwrap();
    store.put_nodes(&[node(1, 10)], 0).await.unwrap();
    assert_eq!(store.nodes().await.unwrap(), [node(2, 20)], "a report that comes late changes nothing");
    store.put_nodes(&[], 21).await.unwrap();
    assert!(store.nodes().await.unwrap().is_empty());
    let mut row = store.plan("dev", "v2").await.unwrap();
    row.state = "{}".into();
    store.put_plan(&row, None, None).await.unwrap();
    assert!(matches!(store.put_plan(&row, None, None).await, Err(StoreError::Conflict { .. })));
    row.revision = 1;
    store.put_plan(&row, None, None).await.unwrap();
    assert!(matches!(store.put_plan(&row, None, None).await, Err(StoreError::Conflict { .. })));
    assert_eq!(store.plan("dev", "v2").await.unwrap().revision, 2);
}
