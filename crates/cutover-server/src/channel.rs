//! Rulesets to a Redis, for sources that listen there and never ask this server: a key holds the last message, and a channel of
//! the same name tells of it.

use crate::app::App;
use crate::published::Published;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisResult, Script};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long Redis may take for anything.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is looked whether Redis still has what it was told.
const LOOK: Duration = Duration::from_secs(15);
/// How long a Redis that is away is left alone.
const AGAIN: Duration = Duration::from_secs(1);

/// Keeps a message and tells of it, unless it is there already or a later version is: of several instances one may be slow.
const TELL: &str = "
local known = redis.call('GET', KEYS[1])
if known == ARGV[2] then return 0 end
if known then
  local read, told = pcall(cjson.decode, known)
  local version = read and type(told) == 'table' and tonumber(told.version)
  if version and version > tonumber(ARGV[1]) then return -1 end
end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('PUBLISH', KEYS[1], ARGV[2])
return 1";

/// Which version of each environment Redis has, and of which version of the store it was made.
type Told = BTreeMap<String, (i64, i64)>;

/// The Redis of an address.
///
/// # Errors
/// A sentence where it is none.
pub(crate) fn client(url: &str) -> Result<Client, String> {
    // It may hold a password: it is not told.
    let wrong = "the address is redis://[NAME:PASSWORD@]HOST[:PORT], rediss://… or unix://PATH";
    Client::open(url).map_err(|error| format!("{wrong}: {}", error.category()))
}

/// Tells Redis of every version as clients are shown it, until the server ends.
pub(crate) async fn tell(app: Arc<App>, client: Client) {
    let mut shown = app.shown.subscribe();
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE));
    let mut away = false;
    loop {
        let connected = client.get_multiplexed_async_connection_with_config(&config).await;
        let error = match connected {
            Ok(mut connection) => {
                let mut told = Told::new();
                loop {
                    if let Err(error) = round(&app, &mut connection, &mut told).await {
                        break error;
                    }
                    if away {
                        tracing::info!("Redis answers");
                        away = false;
                    }
                    // What Redis has lost, it is told again.
                    if tokio::time::timeout(LOOK, shown.changed()).await.is_err() {
                        told.clear();
                    }
                }
            }
            Err(error) => error,
        };
        if !away {
            tracing::warn!(error = error.category(), "Redis is away, or refuses: it is told once it answers");
            away = true;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn round(app: &App, connection: &mut MultiplexedConnection, told: &mut Told) -> RedisResult<()> {
    let script = Script::new(TELL);
    for environment in app.environments.all() {
        let Some(published) = environment.published() else { continue };
        let which = (published.version, published.stored);
        if told.get(&environment.name) == Some(&which) {
            continue;
        }
        let name = format!("cutover:{}", environment.name);
        let done: i64 = script
            .key(name)
            .arg(published.version)
            .arg(Published::message(&published))
            .invoke_async(connection)
            .await?;
        if done < 0 {
            tracing::debug!(env = environment.name, version = which.0, "Redis has a later version");
        }
        told.insert(environment.name.clone(), which);
    }
    Ok(())
}
