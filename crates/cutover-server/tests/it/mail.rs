//! E-mail, by way of the outbox, to a server of a few lines that speaks SMTP.

use crate::plans::{Node, PLAN};
use crate::support::{Served, ruleset, until};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// A letter as a server gets it: from whom, to whom, and its text.
#[derive(Debug, Clone)]
struct Letter {
    envelope: (String, String),
    text: String,
}

/// A server that takes letters, but for those to an address that it refuses, and the first so many of all.
struct Smtp {
    address: String,
    taken: Arc<Mutex<Vec<Letter>>>,
    refused: Arc<Mutex<usize>>,
}

impl Smtp {
    async fn start(refuses: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("smtp://cutover:secret@{}", listener.local_addr().unwrap());
        let (taken, refused) = (Arc::<Mutex<Vec<Letter>>>::default(), Arc::<Mutex<usize>>::default());
        let (keep, count) = (taken.clone(), refused.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (near, mut far) = stream.into_split();
                let mut lines = BufReader::new(near).lines();
                far.write_all(b"220 here\r\n").await.unwrap();
                let (mut from, mut to, mut known) = (String::new(), String::new(), false);
                while let Ok(Some(line)) = lines.next_line().await {
                    let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
                    let answer = match word.as_str() {
                        "EHLO" => "250-here\r\n250-AUTH PLAIN\r\n250 8BITMIME",
                        "AUTH" => {
                            // PLAIN: nothing, the name, the password.
                            known = line.ends_with("AGN1dG92ZXIAc2VjcmV0");
                            if known { "235 known" } else { "535 a stranger" }
                        }
                        "MAIL" if known => {
                            from = line;
                            "250 ok"
                        }
                        "RCPT" => {
                            let mut refused = count.lock().unwrap();
                            to = line;
                            if *refused < refuses {
                                *refused += 1;
                                "451 come again later"
                            } else {
                                "250 ok"
                            }
                        }
                        "DATA" => {
                            far.write_all(b"354 go on\r\n").await.unwrap();
                            let mut text = String::new();
                            while let Ok(Some(line)) = lines.next_line().await {
                                if line == "." {
                                    break;
                                }
                                text.push_str(&line);
                                text.push('\n');
                            }
                            let envelope = (from.clone(), to.clone());
                            keep.lock().unwrap().push(Letter { envelope, text });
                            "250 taken"
                        }
                        "QUIT" => "221 bye",
                        _ => "250 ok",
                    };
                    if far.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                        break;
                    }
                }
            }
        });
        Self { address, taken, refused }
    }

    fn taken(&self) -> Vec<Letter> {
        self.taken.lock().unwrap().clone()
    }

    async fn served(&self, to: &[&str]) -> Served {
        let (smtp, to) = (self.address.clone(), to.iter().map(|to| (*to).to_owned()).collect());
        Served::with(tempfile::tempdir().unwrap(), |options| {
            options.smtp = Some(smtp);
            options.mail_from = Some("Cutover <cutover@example.org>".to_owned());
            options.mail_to = to;
        })
        .await
    }
}

#[tokio::test]
async fn an_emergency_is_written_until_the_server_takes_it_to_whom_it_is_for() {
    let smtp = Smtp::start(2).await;
    let to = ["production/emergency=ops@example.org", "dev=dev@example.org", "/approval=lead@example.org"];
    let served = smtp.served(&to).await;
    served.publish("production", &ruleset("50%")).await;
    let said = r#"{"reason":"errors\r\nBcc: eve@example.org"}"#;
    assert_eq!(served.ask("POST", "/admin/emergency-rollback", said).await.status, 200);
    until("it was taken", async || (!smtp.taken().is_empty()).then_some(())).await;
    assert_eq!(*smtp.refused.lock().unwrap(), 2, "it came again after each time that it was not taken");
    let letters = smtp.taken();
    let Letter { envelope, text } = &letters[0];
    assert_eq!(
        (letters.len(), envelope.0.as_str(), envelope.1.as_str()),
        (1, "MAIL FROM:<cutover@example.org>", "RCPT TO:<ops@example.org>")
    );
    let (head, body) = text.split_once("\n\n").unwrap();
    for line in
        ["From: Cutover <cutover@example.org>", "To: ops@example.org", "Auto-Submitted: auto-generated"]
    {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    let subject = head.replace("\n ", " ");
    assert!(subject.contains("Subject: [Cutover] production: EMERGENCY: use_v2 (admin: errors"), "{head}");
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "a reason writes no header: {head}");
    assert!(head.contains("Message-ID: <") && body.contains("in the environment production"), "{text}");
}

#[tokio::test]
async fn what_a_plan_has_to_tell_goes_to_those_who_asked_for_that() {
    let smtp = Smtp::start(0).await;
    let served = smtp.served(&["production/critical=night@example.org", "all@example.org"]).await;
    served.publish("production", PLAN).await;
    let path = "/v1/environments/production/plans/v2/events";
    assert_eq!(served.ask("POST", path, r#"{"event":"start"}"#).await.status, 200);
    // Calling it off tells of the way back, which is critical, and of its end, which is not.
    assert_eq!(served.ask("POST", path, r#"{"event":"abort","reason":"enough"}"#).await.status, 200);
    let node = Node::new(0);
    until("both are told", async || {
        node.report(served.address).await;
        let letters = smtp.taken();
        let told = |to: &str, what: &str| {
            let found = letters.iter().filter(|letter| letter.envelope.1.contains(to));
            found.filter(|letter| letter.text.contains(what)).count()
        };
        let (critical, over) = ("goes back", "is back: nobody");
        assert_eq!(told("night@", over), 0);
        (told("night@", critical) == 1 && told("all@", critical) == 1 && told("all@", over) == 1)
            .then_some(())
    })
    .await;
}
