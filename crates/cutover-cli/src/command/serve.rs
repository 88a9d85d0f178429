//! `cutover serve`: the control plane.

use crate::args::serve::Serve;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::screen::Screen;
use cutover::{Diagnostic, Position};
use cutover_server::{Options, Server};

/// Serves until it is told to end.
pub(crate) fn run(args: Serve, screen: &Screen) -> Result<Exit, Failure> {
    let mut options = Options::new(args.data);
    let from_environment = || std::env::var("CUTOVER_DATABASE").ok();
    options.listen = args.listen;
    options.database = args.database.or_else(from_environment).unwrap_or(options.database);
    options.environments = args.environments;
    options.import = args.import;
    options.environment = args.environment;
    options.flag = args.flag;
    options.admin_key = std::env::var("CUTOVER_ADMIN_KEY").ok().filter(|key| !key.is_empty());
    options.signing_key = args.signing_key;
    options.prometheus = args.prometheus;
    options.webhooks = args.webhooks;
    options.redis = args.redis.or_else(|| std::env::var("CUTOVER_REDIS").ok());
    options.smtp = args.smtp.or_else(|| std::env::var("CUTOVER_SMTP").ok());
    options.mail_from = args.mail_from;
    options.mail_to = args.mail_to;
    options.runner = !args.no_plans;
    options.tls = args.tls_certificate.zip(args.tls_key);
    let _log = cutover_server::log(screen.is_json(), std::env::var("CUTOVER_LOG").ok().as_deref());
    let wrong =
        |message: String| Failure::usage(Diagnostic::error("cannot_serve", "", Position::default(), message));
    let runtime = tokio::runtime::Runtime::new().map_err(|error| wrong(error.to_string()))?;
    runtime.block_on(async {
        let server = Server::start(options).await.map_err(|error| wrong(error.to_string()))?;
        let scheme = if server.has_tls() { "https" } else { "http" };
        screen.note(&format!("cutover: listening on {scheme}://{}\n", server.address()));
        if let Some(path) = &server.first_key {
            screen.note(&format!("cutover: the first key, for everything, is in {}\n", path.display()));
        }
        server.run(cutover_server::ended()).await;
        Ok(Exit::Done)
    })
}
