//! The arguments of the control plane that say who gets in, and how often.

use clap::{Args as ClapArgs, ValueEnum};
use cutover_server::{Oidc, Rates, keys::Grant};

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Who gets in")]
pub(crate) struct Guard {
    /// Where people sign in: an issuer of OpenID Connect; CUTOVER_OIDC_SECRET is the secret that it knows this server by
    #[arg(long, value_name = "URL", requires_all = ["oidc_client_id", "public_url", "oidc_roles"])]
    pub(crate) oidc_issuer: Option<String>,

    /// What the issuer calls this server
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    pub(crate) oidc_client_id: Option<String>,

    /// The claim of the ID token that lists groups
    #[arg(long, value_name = "CLAIM", default_value = "groups")]
    pub(crate) oidc_claim: String,

    /// What a group may do, such as `shop=operator@dev`; may be given more than once
    #[arg(long = "oidc-role", value_name = "GROUP=ROLE[@ENVIRONMENT]", value_parser = Oidc::role, requires = "oidc_issuer")]
    pub(crate) oidc_roles: Vec<(String, Grant)>,

    /// The address of this server as browsers see it
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// How many requests a second may come, such as `clients=50`; 0 is as many as there are; may be given more than once
    /// [default: people=1000 servers=0 clients=50 strangers=20]
    #[arg(long = "rate", value_name = "WHO=NUMBER", value_parser = rate)]
    pub(crate) rates: Vec<(Whose, u32)>,

    /// A proxy stands before it: who asks is the last address of X-Forwarded-For
    #[arg(long)]
    pub(crate) behind_proxy: bool,
}

/// Whose requests are counted together.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Whose {
    /// Each key of a person, and each session.
    People,
    /// Each key of a service.
    Servers,
    /// Each key of a client from each address.
    Clients,
    /// Each address without a key.
    Strangers,
}

fn rate(text: &str) -> Result<(Whose, u32), String> {
    let wrong =
        || format!("`{text}` is not of the form WHO=NUMBER, with people, servers, clients or strangers");
    let (whose, number) = text.split_once('=').ok_or_else(wrong)?;
    let whose = Whose::from_str(whose, false).map_err(|_| wrong())?;
    Ok((whose, number.parse().map_err(|_| wrong())?))
}

impl Guard {
    /// How many requests may come.
    pub(crate) fn rates(&self) -> Rates {
        let mut rates = Rates::default();
        for (whose, rate) in &self.rates {
            match whose {
                Whose::People => rates.people = *rate,
                Whose::Servers => rates.servers = *rate,
                Whose::Clients => rates.clients = *rate,
                Whose::Strangers => rates.strangers = *rate,
            }
        }
        rates
    }

    /// How people sign in.
    pub(crate) fn oidc(self, client_secret: Option<String>) -> Option<Oidc> {
        Some(Oidc {
            issuer: self.oidc_issuer?,
            client_id: self.oidc_client_id?,
            client_secret,
            public_url: self.public_url?,
            claim: self.oidc_claim,
            roles: self.oidc_roles,
        })
    }
}
