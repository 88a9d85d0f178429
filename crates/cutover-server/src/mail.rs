//! E-mail: who is written to, what a letter looks like, and the way to a server that takes it. When it is sent, and how often
//! it is tried, is the outbox's doing.

use crate::notify::Kind;
use crate::options::Options;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a server may take for a letter.
const PATIENCE: Duration = Duration::from_secs(5);

/// What an outbox keeps of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// Somebody who is written to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Recipient {
    to: Mailbox,
    /// Of what environment; of all where there is none.
    env: Option<String>,
    /// Of what; of everything where nothing is named.
    kinds: Vec<Kind>,
}

impl Recipient {
    /// Reads `ADDRESS`, `ENV=ADDRESS`, `/KIND,…=ADDRESS` or `ENV/KIND,…=ADDRESS`.
    fn of(text: &str) -> Result<Self, String> {
        let (what, address) = text.rsplit_once('=').unwrap_or(("", text));
        let to = mailbox(address)?;
        let (env, kinds) = what.split_once('/').unwrap_or((what, ""));
        let kinds = kinds.split(',').map(str::trim).filter(|kind| !kind.is_empty());
        let kinds: Result<Vec<Kind>, String> = kinds
            .map(|kind| {
                Kind::of(kind).ok_or_else(|| {
                    let all: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
                    format!("`{kind}` in `{text}` is nothing that is told of: {}", all.join(", "))
                })
            })
            .collect();
        Ok(Self { to, env: (!env.is_empty()).then(|| env.to_owned()), kinds: kinds? })
    }
}

fn mailbox(address: &str) -> Result<Mailbox, String> {
    address.trim().parse().map_err(|error| {
        format!("`{address}` is no address of e-mail, such as `Ops <ops@example.org>`: {error}")
    })
}

/// The way to a server, and all who are written to.
#[derive(Clone)]
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    recipients: Vec<Recipient>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The transport knows a password.
        f.debug_struct("Mailer").field("from", &self.from).field("recipients", &self.recipients).finish()
    }
}

impl Mailer {
    /// The mailer that the options ask for, where they ask for one.
    ///
    /// # Errors
    /// A sentence where they make no sense.
    pub(crate) fn of(options: &Options) -> Result<Option<Self>, String> {
        let Some(smtp) = &options.smtp else {
            return if options.mail_to.is_empty() {
                Ok(None)
            } else {
                Err("letters go to somebody, and no SMTP server is named: give --smtp or CUTOVER_SMTP"
                    .to_owned())
            };
        };
        let from =
            options.mail_from.as_deref().ok_or("an SMTP server is named, and no sender: give --mail-from")?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp).map_err(|error| {
            // The address may hold a password: it is not told.
            format!("the address of the SMTP server is smtp://…, smtp://…?tls=required or smtps://…: {error}")
        })?;
        let recipients: Result<Vec<_>, _> = options.mail_to.iter().map(|text| Recipient::of(text)).collect();
        let transport = transport.timeout(Some(PATIENCE)).build();
        Ok(Some(Self { transport, from: mailbox(from)?, recipients: recipients? }))
    }

    /// Who is written to of something.
    pub(crate) fn recipients(&self, env: &str, kind: Kind) -> Vec<String> {
        let wants = |recipient: &&Recipient| {
            recipient.env.as_deref().is_none_or(|own| own == env)
                && (recipient.kinds.is_empty() || recipient.kinds.contains(&kind))
        };
        let mut found: Vec<String> =
            self.recipients.iter().filter(wants).map(|recipient| recipient.to.to_string()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Sends a letter. One that comes twice has the same `Message-ID`.
    ///
    /// # Errors
    /// Why the server did not take it.
    pub(crate) async fn send(&self, id: &str, to: &str, letter: Letter) -> Result<(), String> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(mailbox(to)?)
            // A line feed would begin another header.
            .subject(letter.subject.replace(char::is_control, " "))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(Automatic)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
            .map_err(|error| error.to_string())?;
        match tokio::time::timeout(PATIENCE, self.transport.send(message)).await {
            Ok(sent) => sent.map(drop).map_err(|error| error.to_string()),
            Err(_) => Err("the SMTP server did not take it in time".to_owned()),
        }
    }
}

/// Tells programs that answer letters to leave this one alone: RFC 3834.
#[derive(Debug, Clone)]
struct Automatic;

impl Header for Automatic {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_written_to_of_what() {
        let mut options = Options::new("data");
        options.smtp = Some("smtp://localhost:25".to_owned());
        assert!(Mailer::of(&options).unwrap_err().contains("no sender"));
        options.mail_from = Some("Cutover <cutover@example.org>".to_owned());
        options.mail_to = vec![
            "all@example.org".to_owned(),
            "production=prod@example.org".to_owned(),
            "production/emergency,critical=Night <night@example.org>".to_owned(),
            "/approval=lead@example.org".to_owned(),
        ];
        let mailer = Mailer::of(&options).unwrap().unwrap();
        assert_eq!(mailer.recipients("dev", Kind::Emergency), ["all@example.org"]);
        assert_eq!(mailer.recipients("dev", Kind::Approval), ["all@example.org", "lead@example.org"]);
        let at_night = ["Night <night@example.org>", "all@example.org", "prod@example.org"];
        assert_eq!(mailer.recipients("production", Kind::Critical), at_night);
        options.mail_to = vec!["production/nothing=a@example.org".to_owned()];
        assert!(Mailer::of(&options).unwrap_err().contains("`nothing`"));
        options.mail_to = vec!["production=nobody".to_owned()];
        assert!(Mailer::of(&options).unwrap_err().contains("`nobody` is no address"));
        (options.smtp, options.mail_to) = (Some("http://user:secret@host".to_owned()), Vec::new());
        assert!(!Mailer::of(&options).unwrap_err().contains("secret"));
    }
}
