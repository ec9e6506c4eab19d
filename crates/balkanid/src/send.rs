//! Sending a file of entities or of relations, as a stream.
//!
//! A file is sent as it was when its [`Fingerprint`] was taken, or not at all: it is summed up once
//! more while it is read, and its last piece is held back until the sum is the same, so that no
//! storage ever gets the whole of a file that has changed.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bbsetup_http::{Answer, Pieces, Request, Streamed};
use bbsetup_setup::{Problem, ProblemCode};
use md5::Md5;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::BalkanId;
use crate::bulk::{ADDRESSES, Broken, Object, ask_for_upload, host_of, is_success};
use crate::files::FileKind;
use crate::refusal::Doing;

/// How much is read at a time.
const PIECE: usize = 128 * 1024;
/// How many pieces wait for the connection.
const PIECES_AHEAD: usize = 4;
/// A connection that is slower than this is none to send a file over, in bytes a second.
const SLOWEST: u64 = 8 * 1024;
/// What a request may take beside its file.
const BESIDE: Duration = Duration::from_secs(60);
/// How often the bytes sent are told.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// What a file is to the letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its MD5 in hexadecimal, by which storages name what they took.
    md5: String,
}

/// Sums a file up while it is read.
#[derive(Default)]
struct Sums {
    bytes: u64,
    sha256: Sha256,
    md5: Md5,
}

impl Sums {
    fn add(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        self.sha256.update(piece);
        self.md5.update(piece);
    }

    fn fingerprint(self) -> Fingerprint {
        Fingerprint {
            bytes: self.bytes,
            sha256: in_hexadecimal(&self.sha256.finalize()),
            md5: in_hexadecimal(&self.md5.finalize()),
        }
    }
}

fn in_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Fingerprint {
    /// Reads a whole file; for a thread that may wait for the disk.
    ///
    /// # Errors
    /// As reading a file.
    pub fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut sums = Sums::default();
        let mut piece = vec![0; PIECE];
        loop {
            match read_full(&mut file, &mut piece)? {
                0 => return Ok(sums.fingerprint()),
                length => sums.add(&piece[..length]),
            }
        }
    }
}

/// A file that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub kind: FileKind,
    /// What it has to be when it is sent.
    pub fingerprint: Fingerprint,
}

/// What is told while a file is sent.
#[derive(Debug)]
pub enum Sending<'a> {
    /// An address is asked for; its number.
    Attempt(u32),
    /// So many bytes were handed to the connection in this attempt.
    Sent(u64),
    /// The attempt broke, and another address is asked for.
    Again(&'a Problem),
}

/// A file that is not there as a whole.
#[derive(Debug)]
pub struct NotSent {
    /// Why.
    pub problem: Problem,
}

/// What became of one attempt.
enum Attempt {
    Done,
    /// A fresh address may do better.
    Again(Box<Problem>),
    /// No other address would.
    Finally(Box<Problem>),
}

impl BalkanId {
    /// Sends a file to a fresh address, and to another where the first one refuses, breaks or has
    /// expired, three in all. It is done only where the storage has said so.
    ///
    /// `integration` is named in the request for an address; its body is not published, and without
    /// an integration it is empty (docs/decisions/files.md).
    ///
    /// # Errors
    /// `file_changed`, `checksum_differs`, or what BalkanID or the storage refused.
    pub async fn send_file(
        &self,
        file: &Outgoing,
        integration: Option<&str>,
        events: &(dyn Fn(Sending<'_>) + Send + Sync),
    ) -> Result<(), NotSent> {
        let mut attempt = 1;
        loop {
            events(Sending::Attempt(attempt));
            let problem = match self.attempt(file, integration, events).await {
                Attempt::Done => return Ok(()),
                Attempt::Finally(problem) => return Err(NotSent { problem: *problem }),
                Attempt::Again(problem) => *problem,
            };
            if attempt == ADDRESSES {
                return Err(NotSent { problem });
            }
            events(Sending::Again(&problem));
            self.pause_before_resending(attempt).await;
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        file: &Outgoing,
        integration: Option<&str>,
        events: &(dyn Fn(Sending<'_>) + Send + Sync),
    ) -> Attempt {
        let (object, doing) = match file.kind {
            FileKind::Entities => (Object::Entities, Doing::SendEntities),
            FileKind::Relations => (Object::EntityRelations, Doing::SendRelations),
        };
        let body = match integration {
            Some(id) => json!({"integrationId": id}),
            None => json!({}),
        };
        let address = match ask_for_upload(self, object, &body, doing).await {
            Ok(address) => address,
            Err(problem) => return Attempt::Finally(Box::new(problem)),
        };
        let trouble = Arc::new(Trouble::default());
        let streamed = {
            let (file, trouble) = (file.clone(), trouble.clone());
            Streamed::new("text/csv", file.fingerprint.bytes, move || {
                pieces(file.clone(), trouble.clone())
            })
        };
        let limit = BESIDE + Duration::from_secs(file.fingerprint.bytes / SLOWEST);
        let put = Request::put_streamed(address.url(), streamed.clone())
            .path_untold()
            .time_limit(limit);
        let sent = self.client.send(put);
        tokio::pin!(sent);
        let mut tick = tokio::time::interval(TELL_EVERY);
        let mut told = None;
        let answer = loop {
            tokio::select! {
                answer = &mut sent => break answer,
                _ = tick.tick() => {
                    let sent = streamed.sent();
                    if told != Some(sent) {
                        told = Some(sent);
                        events(Sending::Sent(sent));
                    }
                }
            }
        };
        if let Some(problem) = trouble.problem(file) {
            return Attempt::Finally(Box::new(problem));
        }
        let host = host_of(&address.url());
        match answer {
            Ok(answer) if is_success(answer.status) => {
                let sent = streamed.sent();
                events(Sending::Sent(sent));
                if sent != file.fingerprint.bytes {
                    let why = format!(
                        "{host} answered (status {}) before it had the whole file.",
                        answer.status
                    );
                    return Attempt::Again(Box::new(doing.unreadable(&why)));
                }
                taken(&answer, &file.fingerprint, &host, doing)
            }
            Ok(answer) => {
                let mut problem = doing.refused_by_storage(answer.status, &host);
                problem.seen.extend(said_by_storage(&answer));
                Attempt::Again(Box::new(problem))
            }
            Err(error) => {
                let problem = Box::new(doing.no_answer(&error));
                match Broken::by(error.kind()) {
                    Broken::Before | Broken::OnTheWay => Attempt::Again(problem),
                    Broken::ForGood => Attempt::Finally(problem),
                }
            }
        }
    }
}

/// A success, looked at: is it the storage's, and of what was sent?
fn taken(answer: &Answer, sent: &Fingerprint, host: &str, doing: Doing) -> Attempt {
    // A storage may call its empty answer what it likes.
    if answer.is_html() && !answer.body.trim_ascii().is_empty() {
        let why = "A web page answered in place of the storage, so that the file is not there.";
        return Attempt::Again(Box::new(doing.unreadable(why)));
    }
    match md5_of(answer) {
        Some(md5) if md5 != sent.md5 => Attempt::Again(Box::new(doing.problem(
            ProblemCode::ChecksumDiffers,
            &format!(
                "{host} says that it took a file with the checksum {md5}, and the one that was sent has {}.",
                sent.md5
            ),
        ))),
        Some(_) | None => Attempt::Done,
    }
}

/// The MD5 that a storage names, where its answer has one.
///
/// S3's `ETag` is the MD5 of what was put by one PUT, unless it is encrypted with a key of KMS or of
/// the client's, which the answer says; then it is something else of the same look
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>). Of any other look it is no
/// MD5 at all, and tells nothing.
fn md5_of(answer: &Answer) -> Option<String> {
    let header = |name: &str| answer.headers.get(name).map(str::trim);
    let by_kms = header("x-amz-server-side-encryption")
        .is_some_and(|kind| kind.to_ascii_lowercase().contains("kms"));
    if by_kms || header("x-amz-server-side-encryption-customer-algorithm").is_some() {
        return None;
    }
    let tag = header("etag")?.trim_matches('"').to_ascii_lowercase();
    let is_md5 = tag.len() == 32 && tag.chars().all(|digit| digit.is_ascii_hexdigit());
    is_md5.then_some(tag)
}

/// What S3 calls the reason of a refusal, such as `AccessDenied`.
fn said_by_storage(answer: &Answer) -> Option<String> {
    let text = answer.text(2_000);
    let (_, behind) = text.split_once("<Code>")?;
    let (code, _) = behind.split_once("</Code>")?;
    let is_word =
        (1..=60).contains(&code.len()) && code.chars().all(|letter| letter.is_ascii_alphanumeric());
    is_word.then(|| format!("The storage calls it {code}."))
}

/// What kept a file from being read as it was.
#[derive(Default)]
struct Trouble {
    changed: AtomicBool,
    unreadable: AtomicBool,
}

impl Trouble {
    fn problem(&self, file: &Outgoing) -> Option<Problem> {
        let path = file.path.display();
        if self.unreadable.load(Ordering::Relaxed) {
            return Some(
                Problem::new(
                    ProblemCode::FileNotRead,
                    format!("{path} could not be read to its end while it was sent; the storage did not get the whole of it."),
                )
                .on_field("file"),
            );
        }
        self.changed.load(Ordering::Relaxed).then(|| {
            Problem::new(
                ProblemCode::FileChanged,
                format!(
                    "{path} was changed while it was sent; the storage did not get the whole of it."
                ),
            )
        })
    }
}

/// Reads a file in pieces, on a thread that may wait for the disk.
fn pieces(file: Outgoing, trouble: Arc<Trouble>) -> Pieces {
    let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = read_pieces(&file, &trouble, &sender) {
            trouble.unreadable.store(true, Ordering::Relaxed);
            // Nobody listens where the request has ended.
            let _ended = sender.blocking_send(Err(error));
        }
    });
    receiver
}

fn read_pieces(
    file: &Outgoing,
    trouble: &Trouble,
    sender: &mpsc::Sender<io::Result<Vec<u8>>>,
) -> io::Result<()> {
    let mut input = File::open(&file.path)?;
    let mut sums = Sums::default();
    let mut held_back: Option<Vec<u8>> = None;
    loop {
        let mut piece = vec![0; PIECE];
        let length = read_full(&mut input, &mut piece)?;
        piece.truncate(length);
        sums.add(&piece);
        let at_end = length == 0;
        let is_other = match at_end {
            true => std::mem::take(&mut sums).fingerprint() != file.fingerprint,
            false => sums.bytes > file.fingerprint.bytes,
        };
        if is_other {
            trouble.changed.store(true, Ordering::Relaxed);
            let changed = io::Error::other("the file was changed");
            let _ended = sender.blocking_send(Err(changed));
            return Ok(());
        }
        if let Some(before) = held_back.take()
            && sender.blocking_send(Ok(before)).is_err()
        {
            return Ok(());
        }
        if at_end {
            return Ok(());
        }
        held_back = Some(piece);
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
