//! A server in the process of the test, a PostgreSQL beside it, and a client of a few lines.

use base64::Engine as _;
use cutover_server::{Options, Server};
use reqwest::Method;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The key for everything.
pub(crate) const ADMIN: &str = "the key of the tests";

/// A flag that a share of the users has.
pub(crate) fn ruleset(share: &str) -> String {
    format!(
        "cutover: 1\nflags:\n  use_v2: # the switch\n    rules: [{{ serve: {{ rollout: {share}, by: userId }} }}]\n"
    )
}

/// A PostgreSQL that ends with the test.
pub(crate) struct Postgres {
    child: Child,
    pub(crate) folder: PathBuf,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
        let mut child = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut folder = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut folder).unwrap();
        assert!(!folder.trim().is_empty(), "PostgreSQL did not start: scripts/setup.sh installs it");
        Self { child, folder: PathBuf::from(folder.trim()) }
    }

    pub(crate) fn url(&self) -> String {
        url_of(&self.folder)
    }
}

pub(crate) fn url_of(folder: &Path) -> String {
    format!("postgres://cutover@localhost/cutover?host={}", folder.display())
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It ends when its standard input does.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A server that ends with the test.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) data: TempDir,
    end: Option<oneshot::Sender<()>>,
    running: Option<JoinHandle<()>>,
}

impl Served {
    pub(crate) async fn sqlite() -> Self {
        Self::with(tempfile::tempdir().unwrap(), |_| ()).await
    }

    pub(crate) async fn with(data: TempDir, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options::new(data.path());
        options.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        options.admin_key = Some(ADMIN.to_owned());
        options.environments = vec!["dev".to_owned(), "production".to_owned()];
        change(&mut options);
        let server = Server::start(options).await.unwrap();
        let address = server.address();
        let (end, ended) = oneshot::channel();
        let running = tokio::spawn(server.run(async { drop(ended.await) }));
        Self { address, data, end: Some(end), running: Some(running) }
    }

    /// Ends in order, and gives the folder of data back.
    pub(crate) async fn end(mut self) -> TempDir {
        drop(self.end.take());
        self.running.take().unwrap().await.unwrap();
        let empty = tempfile::tempdir().unwrap();
        std::mem::replace(&mut self.data, empty)
    }

    /// Ends without a word to anybody, and gives the folder of data back.
    pub(crate) fn crash(mut self) -> TempDir {
        self.running.take().unwrap().abort();
        std::mem::replace(&mut self.data, tempfile::tempdir().unwrap())
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: impl Into<String>) -> Answer {
        ask(self.address, ADMIN, method, path, &[], body).await
    }

    pub(crate) async fn ask_as(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: impl Into<String>,
    ) -> Answer {
        ask(self.address, key, method, path, &[], body).await
    }

    /// Publishes a ruleset, whatever is there.
    pub(crate) async fn publish(&self, env: &str, text: &str) -> Answer {
        let path = format!("/v1/environments/{env}/file?reason=test");
        ask(self.address, ADMIN, "PUT", &path, &[("If-Match", "*")], text).await
    }

    pub(crate) async fn key(&self, role: &str, env: Option<&str>) -> String {
        let order = serde_json::json!({ "name": format!("a {role}"), "role": role, "env": env });
        let made = self.ask("POST", "/v1/keys", order.to_string()).await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()["key"].as_str().unwrap().to_owned()
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The problem that it is.
    pub(crate) fn problem(&self, status: u16, kind: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(
            (problem["type"].as_str().unwrap(), &problem["status"]),
            (format!("/problems/{kind}").as_str(), &status.into())
        );
        problem
    }
}

pub(crate) async fn ask(
    address: SocketAddr,
    key: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<String>,
) -> Answer {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
    let mut request =
        client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("http://{address}{path}"));
    if !key.is_empty() {
        request = request.bearer_auth(key);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.body(body.into()).send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, text: answer.text().await.unwrap() }
}

/// Waits until something holds, or fails after a while.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..600 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("in 30 seconds it did not come about that {what}");
}

/// Whether a signature is that of the key that the server tells.
pub(crate) async fn verify(served: &Served, env: &str, version: i64, body: &[u8], signature: &str) -> bool {
    let keys = served.ask("GET", "/v1/signing-keys", "").await.json();
    let (id, signature) = signature.split_once(':').unwrap();
    assert_eq!(keys[0]["id"], id);
    let decode = |text: &str| base64::prelude::BASE64_STANDARD.decode(text).unwrap();
    let public: [u8; 32] = decode(keys[0]["public"].as_str().unwrap()).try_into().unwrap();
    let signature: [u8; 64] = decode(signature).try_into().unwrap();
    let key = ed25519_dalek::VerifyingKey::from_bytes(&public).unwrap();
    let signed = cutover_server::sign::signed_bytes(env, version, body);
    key.verify_strict(&signed, &ed25519_dalek::Signature::from_bytes(&signature)).is_ok()
}

/// Runs one test on both databases.
macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $name() {
                let data = tempfile::tempdir().unwrap();
                super::$name(&format!("sqlite:{}/cutover.db", data.path().display())).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test] async fn $name() {
                let postgres = crate::support::Postgres::start();
                super::$name(&postgres.url()).await;
            })+
        }
    };
}
pub(crate) use both;

/// A way to a PostgreSQL that can be cut, as a network is.
pub(crate) struct Cut {
    folder: TempDir,
    open: tokio::sync::watch::Sender<bool>,
}

impl Cut {
    pub(crate) fn of(postgres: &Postgres) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let real = postgres.folder.join(".s.PGSQL.5432");
        let listener = tokio::net::UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let (open, opened) = tokio::sync::watch::channel(true);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut opened, real) = (opened.clone(), real.clone());
                tokio::spawn(async move {
                    if !*opened.borrow() {
                        return;
                    }
                    let Ok(mut far) = tokio::net::UnixStream::connect(real).await else { return };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = opened.wait_for(|open| !*open) => {}
                    }
                });
            }
        });
        Self { folder, open }
    }

    pub(crate) fn url(&self) -> String {
        url_of(self.folder.path())
    }

    pub(crate) fn cut(&self) {
        self.open.send_replace(false);
    }

    pub(crate) fn mend(&self) {
        self.open.send_replace(true);
    }
}
