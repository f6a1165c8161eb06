//! A window of another process, as the holder has it: shown what changed, and its commands taken to the engine room.

use std::io::{self, BufRead};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use contract::{Refusal, Snapshot};
use interprocess::local_socket::Stream;

use super::frames::write_frame;
use super::{Frame, News};
use crate::asker::Asker;
use crate::board::{Board, Rung, TakenSeat};
use crate::delta;
use crate::open;
use crate::room::Input;

/// Fifteen times a second looks live; what comes in between is left out, the newest counts.
const PUSH_EVERY: Duration = Duration::from_millis(66);

/// Sends what changed until the window leaves or the engine room ends. Sleeps while nothing changes. A window that reads slowly gets
/// fewer, larger changes: nothing queues.
pub(super) fn watch(stream: &Stream, board: &Arc<Board>, inbox: &SyncSender<Input>) {
    let Some(taken) = board.take_seat() else {
        if board.is_over() {
            return log(write_frame(stream, &Frame::Closing));
        }
        let refusal = Refusal::with_hint(
            "too many windows have the project open",
            "close one of them and try again",
        );
        return turn_away(stream, refusal);
    };
    // What only a window needs is looked for when the first one comes; a busy loop does it when the next one comes.
    let _busy = inbox.try_send(Input::Found(Box::new(open::look_around)));
    log(push(stream, board, &taken));
}

pub(super) fn turn_away(stream: &Stream, refusal: Refusal) {
    log(write_frame(stream, &Frame::Refused(refusal)));
}

fn push(stream: &Stream, board: &Board, taken: &TakenSeat) -> io::Result<()> {
    let seat = &taken.seat;
    write_frame(stream, &Frame::Welcome { seat: taken.number })?;
    let mut sent = Snapshot::default();
    let mut told = 0;
    let mut heard = 0;
    loop {
        // The first time the bell has rung already, or else there is nothing to show yet.
        let rung = board.wait(heard);
        if seat.has_left() {
            return Ok(());
        }
        loop {
            let obeyed = seat.obeyed();
            let newest = seat.look(&board.newest.load());
            if sent.revision == newest.revision && told == obeyed {
                break;
            }
            let step = delta::step(&sent, &newest);
            let delta = step.delta;
            write_frame(stream, &Frame::News(Box::new(News { obeyed, delta })))?;
            (sent, told) = (step.sent, obeyed);
            if step.is_whole {
                break;
            }
            // Curves are still to come, of this revision or a newer one.
            sent.revision = 0;
        }
        match rung {
            Rung::Again(rings) => heard = rings,
            // As after a kill: what was on its way is doubtful.
            Rung::Over if board.is_broken() => return Ok(()),
            Rung::Over => {
                let obeyed = seat.obeyed();
                return write_frame(stream, &Frame::Goodbye { obeyed });
            }
        }
        board.rest(PUSH_EVERY, seat);
    }
}

/// Takes the commands of the window on this seat to the engine room until it leaves.
pub(super) fn hear(
    lines: &mut impl BufRead,
    board: &Board,
    number: u64,
    inbox: &SyncSender<Input>,
) {
    let Some(seat) = board.seat(number) else {
        return;
    };
    loop {
        let command = match super::desk::read_line(lines) {
            Ok(line) if line.is_empty() => break,
            Ok(line) => serde_json::from_slice(&line),
            Err(error) => {
                tracing::debug!("a window was cut off: {error}");
                break;
            }
        };
        let command = match command {
            Ok(command) => command,
            Err(error) => {
                tracing::warn!("a window said what is no command: {error}");
                break;
            }
        };
        // A full inbox makes the window wait, and its own queue says that it is busy.
        let asker = Asker::guest(seat.clone());
        if inbox.send(Input::Asked { command, asker }).is_err() {
            // The engine room has ended. The window has not left: it is told what was taken up, and keeps the rest.
            return;
        }
    }
    seat.leave();
    board.ring();
}

fn log(result: io::Result<()>) {
    if let Err(error) = result {
        tracing::debug!("a window that looked on has gone: {error}");
    }
}
