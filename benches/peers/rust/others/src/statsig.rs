//! Statsig's server core, fed from a data store.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use statsig_rust::data_store_interface::{DataStoreResponse, DataStoreTrait, RequestPath};
use statsig_rust::output_logger::LogLevel;
use statsig_rust::{DynamicValue, StatsigErr, StatsigOptions, StatsigUser, StatsigUserBuilder};
use tokio::runtime::Runtime;

use peers_harness::{Engine, Failure, User};

/// A data store that holds one text.
struct Text(String);

#[async_trait]
impl DataStoreTrait for Text {
    async fn initialize(&self) -> Result<(), StatsigErr> {
        Ok(())
    }

    async fn shutdown(&self) -> Result<(), StatsigErr> {
        Ok(())
    }

    async fn get(&self, _: &str) -> Result<DataStoreResponse, StatsigErr> {
        Ok(DataStoreResponse { result: Some(self.0.clone()), time: Some(1_760_000_000_000) })
    }

    async fn set(&self, _: &str, _: &str, _: Option<u64>) -> Result<(), StatsigErr> {
        Ok(())
    }

    async fn support_polling_updates_for(&self, _: RequestPath) -> bool {
        false
    }
}

pub struct Statsig {
    client: statsig_rust::Statsig,
    /// Where the client's tasks live; they end with it.
    _runtime: Runtime,
}

impl Engine for Statsig {
    const CRATES: &'static [&'static str] = &["statsig-rust"];
    const HOW: &'static str =
        "data store, disable_network, disable_all_logging; check_gate / get_dynamic_config().get_opt";
    type Flag = String;
    type Context = StatsigUser;

    fn open(text: &str) -> Result<Self, Failure> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        let options = StatsigOptions {
            data_store: Some(Arc::new(Text(text.to_owned()))),
            disable_network: Some(true),
            disable_all_logging: Some(true),
            disable_country_lookup: Some(true),
            output_log_level: Some(LogLevel::None),
            ..StatsigOptions::default()
        };
        let client = runtime.block_on(async {
            let client = statsig_rust::Statsig::new("secret-bench", Some(Arc::new(options)));
            client.initialize().await.map(|()| client)
        });
        Ok(Self { client: client.map_err(|error| error.to_string())?, _runtime: runtime })
    }

    fn flag(&self, name: &str) -> String {
        name.to_owned()
    }

    fn context(&self, user: &User) -> StatsigUser {
        let custom = HashMap::from([
            ("age".to_owned(), DynamicValue::from(user.age)),
            ("tier".to_owned(), DynamicValue::from(user.tier.as_str())),
        ]);
        StatsigUserBuilder::new_with_user_id(user.user_id.as_str())
            .email(Some(user.email.clone()))
            .country(Some(user.country.clone()))
            .app_version(Some(user.version.clone()))
            .custom(Some(custom))
            .build()
    }

    fn is_on(&self, flag: &String, context: &StatsigUser) -> bool {
        self.client.check_gate(context, flag)
    }

    fn serves(&self, flag: &String, context: &StatsigUser, value: &str) -> bool {
        let served: Option<String> = self.client.get_dynamic_config(context, flag).get_opt("value");
        served.is_some_and(|served| served == value)
    }
}
