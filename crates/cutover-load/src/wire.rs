//! As little of HTTP/1.1 as a load needs: the generator shares the machine with what it loads.

use crate::Failed;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection that is used again and again.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    held: Vec<u8>,
}

impl Connection {
    pub(crate) async fn to(address: &str, buffer: usize) -> Result<Self, Failed> {
        let stream = TcpStream::connect(address).await.map_err(|error| format!("{address}: {error}"))?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(Self { stream, held: Vec::with_capacity(buffer) })
    }

    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<(), Failed> {
        self.stream.write_all(request).await.map_err(|error| format!("a request could not be sent: {error}"))
    }

    /// Reads until a text is there, drops all up to its end, and gives what came before it.
    pub(crate) async fn until(&mut self, end: &[u8]) -> Result<Vec<u8>, Failed> {
        let mut seen = 0;
        loop {
            let from = seen.min(self.held.len());
            if let Some(at) = self.held.get(from..).and_then(|rest| find(rest, end)) {
                let mut found: Vec<u8> = self.held.drain(..from + at + end.len()).collect();
                found.truncate(from + at);
                return Ok(found);
            }
            seen = self.held.len().saturating_sub(end.len() - 1);
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), Failed> {
        match self.stream.read_buf(&mut self.held).await {
            Ok(0) => Err("the server has hung up".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(format!("an answer could not be read: {error}")),
        }
    }

    /// An answer with a length: its status, and its body.
    pub(crate) async fn answer(&mut self) -> Result<(u16, Vec<u8>), Failed> {
        let head = self.until(b"\r\n\r\n").await?;
        let length =
            header(&head, b"content-length: ").and_then(|text| text.trim_ascii().to_vec().into_number());
        let length = length.ok_or("an answer has no length")?;
        while self.held.len() < length {
            self.more().await?;
        }
        Ok((status(&head), self.held.drain(..length).collect()))
    }
}

trait IntoNumber {
    fn into_number(self) -> Option<usize>;
}

impl IntoNumber for Vec<u8> {
    fn into_number(self) -> Option<usize> {
        String::from_utf8(self).ok()?.parse().ok()
    }
}

pub(crate) fn status(head: &[u8]) -> u16 {
    let digits = head.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn header<'a>(head: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    head.split(|&byte| byte == b'\n').find_map(|line| {
        let (start, rest) = line.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(rest)
    })
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
