//! What the server is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

/// What the server is started with. [`Options::new`] has what holds where nothing is said.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where its files are: the database where it is SQLite, the journal of emergencies, keys.
    pub data: PathBuf,
    /// The address of the database: `sqlite:…` or `postgres://…`.
    pub database: String,
    /// The environments that there are at least, in their order.
    pub environments: Vec<String>,
    /// A folder with a ruleset `ENVIRONMENT.yaml` or `.json` for each environment that has none yet.
    pub import: Option<PathBuf>,
    /// The environment that is meant where a request names none.
    pub environment: String,
    /// The flag that `/admin/config` and `/admin/emergency-rollback` move.
    pub flag: String,
    /// A key for everything, from the environment of the process.
    pub admin_key: Option<String>,
    /// The file of the signing key; `signing-key` in the folder of data where nothing is said.
    pub signing_key: Option<PathBuf>,
    /// The address of a Prometheus that plans measure with.
    pub prometheus: Option<String>,
    /// Addresses that notifications are posted to, in the shape of Slack's incoming webhooks.
    pub webhooks: Vec<String>,
    /// A Redis that is told of every version, for sources that listen there.
    pub redis: Option<String>,
    /// The SMTP server that takes letters: `smtp://…`, `smtp://…?tls=required`, `smtps://…`, with a name and a password in it
    /// where it asks for them.
    pub smtp: Option<String>,
    /// Who letters are from.
    pub mail_from: Option<String>,
    /// Who is written to, of what: `[ENV][/KIND,…=]ADDRESS`, such as `production/emergency,critical=ops@example.org`.
    pub mail_to: Vec<String>,
    /// Whether this instance may run plans.
    pub runner: bool,
    /// The certificate chain and the key of TLS, in PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// How large a ruleset may be, in bytes.
    pub ruleset_limit: usize,
    /// How large any other body may be, in bytes.
    pub body_limit: usize,
    /// How many connections there may be at once.
    pub connections: usize,
}

impl Options {
    /// One instance on the loopback address, with one SQLite file in `data`.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7300)),
            database: format!("sqlite:{}", data.join("cutover.db").display()),
            data,
            environments: ["dev", "staging", "production"].map(str::to_owned).to_vec(),
            import: None,
            environment: "production".to_owned(),
            flag: "use_v2".to_owned(),
            admin_key: None,
            signing_key: None,
            prometheus: None,
            webhooks: Vec::new(),
            redis: None,
            smtp: None,
            mail_from: None,
            mail_to: Vec::new(),
            runner: true,
            tls: None,
            ruleset_limit: 8 << 20,
            body_limit: 1 << 20,
            connections: 20_000,
        }
    }
}
