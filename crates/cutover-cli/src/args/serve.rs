//! The arguments of the control plane.

use clap::{Args as ClapArgs, ValueHint};
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_long_help = "\
With nothing said, one SQLite file in the folder of data holds everything. Several instances share a PostgreSQL: they tell \
each other of changes, one of them runs the plans, and they need the same signing key.
Where there is no key yet, the first one is written to `admin-key` in the folder of data; CUTOVER_ADMIN_KEY is a key for \
everything as long as it is set. CUTOVER_DATABASE names the database where --database does not. CUTOVER_LOG says how much is \
logged, such as `debug`.
Ends with 0 on an interrupt or a SIGTERM, once clients were told, and with 2 where it cannot start.
With --json: the log as a JSON object a line.")]
pub(crate) struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7300")]
    pub(crate) listen: SocketAddr,

    /// The folder of the database, the journal of emergencies and the keys
    #[arg(long, value_name = "FOLDER", default_value = "cutover-data", value_hint = ValueHint::DirPath)]
    pub(crate) data: PathBuf,

    /// The database: `postgres://…` or `sqlite:FILE` [default: a SQLite file in the folder of data]
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,

    /// The environments, in the order in which rulesets are promoted
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', default_value = "dev,staging,production")]
    pub(crate) environments: Vec<String>,

    /// A folder with a ruleset ENVIRONMENT.yaml for each environment in which nothing is published yet
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) import: Option<PathBuf>,

    /// The environment that is meant where a request names none
    #[arg(long, value_name = "NAME", default_value = "production")]
    pub(crate) environment: String,

    /// The flag that /admin/config and /admin/emergency-rollback move
    #[arg(long, value_name = "FLAG", default_value = "use_v2")]
    pub(crate) flag: String,

    /// The file of the key that rulesets are signed with [default: made in the folder of data]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) signing_key: Option<PathBuf>,

    /// A Prometheus that plans measure with
    #[arg(long, value_name = "URL")]
    pub(crate) prometheus: Option<String>,

    /// An address that is told what plans have to tell, as incoming webhooks of Slack are; may be given more than once
    #[arg(long = "webhook", value_name = "URL")]
    pub(crate) webhooks: Vec<String>,

    /// A Redis that is told of every version, for sources that listen there [default: CUTOVER_REDIS]
    #[arg(long, value_name = "URL")]
    pub(crate) redis: Option<String>,

    /// The server that takes e-mail: `smtp://…`, with `?tls=required` for STARTTLS, or `smtps://…` [default: CUTOVER_SMTP]
    #[arg(long, value_name = "URL")]
    pub(crate) smtp: Option<String>,

    /// Who e-mail is from, such as `Cutover <cutover@example.org>`
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mail_from: Option<String>,

    /// Who is written to, of what: `ops@example.org` of everything, `production/emergency,critical=ops@example.org` of those
    /// in one environment; may be given more than once
    #[arg(long = "mail-to", value_name = "[ENV][/KIND,…=]ADDRESS")]
    pub(crate) mail_to: Vec<String>,

    /// Leave the plans to other instances
    #[arg(long)]
    pub(crate) no_plans: bool,

    /// The certificate chain of TLS, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key", value_hint = ValueHint::FilePath)]
    pub(crate) tls_certificate: Option<PathBuf>,

    /// The key of TLS, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate", value_hint = ValueHint::FilePath)]
    pub(crate) tls_key: Option<PathBuf>,
}
