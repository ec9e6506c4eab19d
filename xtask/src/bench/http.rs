//! As much HTTP as a measurement needs, over the standard library alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Longer than anything that is measured takes.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// One connection, which is kept.
pub(crate) struct Connection {
    host: String,
    stream: BufReader<TcpStream>,
}

/// An answer with its whole body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Connects to a host with its port.
    pub(crate) fn to(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host)
            .with_context(|| format!("{host} does not take a connection"))?;
        stream.set_read_timeout(Some(TIME_LIMIT))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            host: host.to_owned(),
            stream: BufReader::new(stream),
        })
    }

    /// Sends a request and reads the whole answer. `headers` are whole lines.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &str,
    ) -> Result<Answer> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.read()
            .with_context(|| format!("{method} {path} got no whole answer"))
    }

    /// Sends JSON and reads JSON; a refusal is an error that shows it.
    pub(crate) fn json(&mut self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let answer = self.send(method, path, &["Content-Type: application/json"], &body)?;
        if !(200..300).contains(&answer.status) {
            let said = String::from_utf8_lossy(&answer.body);
            bail!(
                "{method} {path} was answered with {}: {said}",
                answer.status
            );
        }
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    fn read(&mut self) -> Result<Answer> {
        let status_line = self.line()?;
        let status = status_line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .with_context(|| format!("{status_line:?} is no status"))?;
        let mut length = None;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().ok();
            }
        }
        // A 204 has no body and tells no length.
        let length = match status {
            204 => 0,
            _ => length.context("the answer does not tell its length")?,
        };
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            bail!("the connection was closed");
        }
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn answers_follow_each_other_on_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut asked = Vec::new();
            for (status, body) in [("200 OK", "{\"a\":1}"), ("204 No Content", "")] {
                let mut buffer = [0; 1024];
                let read = stream.read(&mut buffer).expect("a request");
                asked.push(String::from_utf8_lossy(&buffer[..read]).into_owned());
                let length = match body {
                    "" => String::new(),
                    body => format!("content-length: {}\r\n", body.len()),
                };
                let answer = format!("HTTP/1.1 {status}\r\n{length}x: y\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).expect("an answer");
            }
            asked
        });
        let mut connection = Connection::to(&host).expect("a connection");
        let first = connection.json("GET", "/a", &Value::Null).expect("JSON");
        assert_eq!(first["a"], 1);
        let second = connection
            .send("PUT", "/b", &["X: 1"], "body")
            .expect("an answer");
        assert_eq!((second.status, second.body.len()), (204, 0));
        drop(connection);
        let asked = server.join().expect("the server ends");
        assert!(
            asked[1].starts_with("PUT /b HTTP/1.1\r\nHost: "),
            "{asked:?}"
        );
        assert!(asked[1].ends_with("X: 1\r\nContent-Length: 4\r\n\r\nbody"));
    }
}
