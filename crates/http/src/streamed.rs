//! A body that is read while it is sent, for files that do not belong into memory.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::sync::mpsc;

/// More than the buffers of a connection hold, in bytes.
const BUFFERED: u64 = 1024 * 1024;
/// A line slower than this does not count as one, in bytes a second.
const SLOWEST: u64 = 8 * 1024;

/// The pieces of a body, in their order. An error ends the request before its body is whole.
pub type Pieces = mpsc::Receiver<io::Result<Vec<u8>>>;

/// A body of known length that is read while it is sent, from its beginning at each attempt.
#[derive(Clone)]
pub struct Streamed {
    pub(crate) content_type: &'static str,
    length: u64,
    begin: Arc<dyn Fn() -> Pieces + Send + Sync>,
    sent: Arc<AtomicU64>,
}

impl Streamed {
    /// `begin` reads from the beginning; the pieces together have to be `length` bytes.
    pub fn new(
        content_type: &'static str,
        length: u64,
        begin: impl Fn() -> Pieces + Send + Sync + 'static,
    ) -> Self {
        Self {
            content_type,
            length,
            begin: Arc::new(begin),
            sent: Arc::default(),
        }
    }

    /// How many bytes of the attempt under way were handed to the connection.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// The body of one attempt.
    pub(crate) fn begin(
        &self,
    ) -> impl Body<Data = Bytes, Error = io::Error> + Send + Sync + 'static {
        self.sent.store(0, Ordering::Relaxed);
        Attempt {
            pieces: (self.begin)(),
            left: self.length,
            sent: self.sent.clone(),
        }
    }

    /// Ends once nothing has moved for so long. What has been handed over may still be on its way
    /// out of the system's buffers, which nobody sees: it is given the time that a slow line takes.
    pub(crate) async fn stands_still(&self, patience: Duration) {
        loop {
            let before = self.sent();
            tokio::time::sleep(patience).await;
            if self.sent() == before {
                break;
            }
        }
        tokio::time::sleep(Duration::from_secs(self.sent().min(BUFFERED) / SLOWEST)).await;
    }
}

struct Attempt {
    pieces: Pieces,
    left: u64,
    sent: Arc<AtomicU64>,
}

impl Body for Attempt {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.pieces.poll_recv(context).map(|piece| match piece {
            None => Some(Err(io::Error::other(
                "the body is shorter than it was said to be",
            ))),
            Some(Err(error)) => Some(Err(error)),
            Some(Ok(piece)) => {
                let length = piece.len() as u64;
                if length > self.left {
                    return Some(Err(io::Error::other(
                        "the body is longer than it was said to be",
                    )));
                }
                self.left -= length;
                self.sent.fetch_add(length, Ordering::Relaxed);
                Some(Ok(Frame::data(Bytes::from(piece))))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
