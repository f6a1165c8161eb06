//! What goes from the holder to a window that watches: frames of a length and MessagePack, which has NaN and infinity where JSON has not.

use std::io::{self, Read, Write};

use contract::Refusal;
use interprocess::local_socket::Stream;
use serde::{Deserialize, Serialize};

use crate::delta::Delta;

/// No delta comes near it; more is not one of ours.
const LONGEST_FRAME: u32 = 1 << 30;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Frame {
    /// Comes first.
    Welcome {
        seat: u64,
    },
    News(Box<News>),
    /// The holder ends properly; nothing comes after. Commands after the first `obeyed` were not taken up.
    Goodbye {
        obeyed: u64,
    },
    /// The holder is closing just now: try again, or hold the project yourself.
    Closing,
    Refused(Refusal),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct News {
    /// So many commands of this window were taken up.
    pub obeyed: u64,
    pub delta: Delta,
}

pub(crate) fn write_frame(mut stream: &Stream, frame: &Frame) -> io::Result<()> {
    // The length goes before what it measures.
    let mut bytes = vec![0; size_of::<u32>()];
    // With names: enums that are told apart by a tag need them.
    rmp_serde::encode::write_named(&mut bytes, frame).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len() - size_of::<u32>())
        .ok()
        .filter(|length| *length <= LONGEST_FRAME)
        .ok_or_else(|| io::Error::other("a change is too long to send"))?;
    bytes[..size_of::<u32>()].copy_from_slice(&length.to_le_bytes());
    stream.write_all(&bytes)
}

pub(crate) fn read_frame(mut stream: &Stream) -> io::Result<Frame> {
    let mut length = [0; size_of::<u32>()];
    stream.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST_FRAME {
        return Err(io::Error::other("the other Millrace speaks otherwise"));
    }
    let mut bytes = vec![0; length as usize];
    stream.read_exact(&mut bytes)?;
    rmp_serde::from_slice(&bytes).map_err(io::Error::other)
}
