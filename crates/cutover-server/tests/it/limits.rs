//! Who asks too often is told when to come again; an emergency is never told so.

use crate::support::{ADMIN, Answer, Served, ask, ruleset};
use cutover_server::Rates;

async fn served(rates: Rates) -> Served {
    let served = Served::with(tempfile::tempdir().unwrap(), |options| {
        options.rates = rates;
        options.behind_proxy = true;
    })
    .await;
    served.publish("production", &ruleset("5%")).await;
    served
}

async fn from(served: &Served, address: &str, key: &str, path: &str) -> Answer {
    ask(served.address, key, "GET", path, &[("X-Forwarded-For", address)], "").await
}

/// Asks until the answer is that there were too many.
async fn fill(served: &Served, address: &str, key: &str, path: &str, most: usize) -> usize {
    for count in 0..most {
        let answer = from(served, address, key, path).await;
        if answer.status == 429 {
            answer.problem(429, "too-many");
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
            return count;
        }
    }
    panic!("{most} requests were not too many")
}

#[tokio::test]
async fn who_tries_keys_is_slowed_and_nobody_else() {
    let served = served(Rates { strangers: 1, ..Rates::default() }).await;
    // Ten at once, and what fails counts as ten: the second or third wrong key is one too many.
    assert!(fill(&served, "192.0.2.1", "a wrong key", "/v1/me", 6).await <= 3);
    fill(&served, "192.0.2.1", "", "/openapi.json", 20).await;
    // Another address, a good key of the same address, and probes go on.
    assert_eq!(from(&served, "192.0.2.2", "", "/openapi.json").await.status, 200);
    assert_eq!(from(&served, "192.0.2.1", ADMIN, "/v1/me").await.status, 200);
    for _ in 0..30 {
        assert_eq!(from(&served, "192.0.2.1", "", "/healthz").await.status, 200);
    }
    // Who says to come from elsewhere comes from where the proxy says, which is last.
    fill(&served, "198.51.100.7, 192.0.2.1", "", "/openapi.json", 20).await;
}

#[tokio::test]
async fn a_key_has_its_own_room_and_the_emergency_needs_none() {
    let served = served(Rates { people: 2, clients: 2, strangers: 1, ..Rates::default() }).await;
    let operator = served.key("operator", None).await;
    let (client, server) = (served.key("client", Some("production")).await, served.key("server", None).await);
    assert!(fill(&served, "192.0.2.1", &operator, "/v1/me", 200).await >= 20);
    let alarm = "/admin/emergency-rollback";
    for expected in [true, false, false] {
        let told = served.ask_as(&operator, "POST", alarm, "{}").await;
        assert_eq!((told.status, told.json()["changed"].as_bool()), (200, Some(expected)), "{}", told.text);
    }
    // A stranger's is limited as anything is.
    let mut told = Vec::new();
    while told.last() != Some(&429) && told.len() < 20 {
        told.push(served.ask_as("a wrong key", "POST", alarm, "{}").await.status);
    }
    assert_eq!(told.last(), Some(&429), "{told:?}");
    // Many browsers have the key of a client: one of them does not use up the others' room.
    let path = "/v1/rulesets/production";
    assert!(fill(&served, "192.0.2.1", &client, path, 200).await >= 20);
    assert_eq!(from(&served, "192.0.2.9", &client, path).await.status, 200);
    for _ in 0..100 {
        assert_eq!(from(&served, "192.0.2.1", &server, path).await.status, 200);
    }
}
