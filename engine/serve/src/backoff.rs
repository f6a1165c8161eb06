//! Back-off after wrong keys: a peer may be wrong a few times, then it waits, twice as long each time.
//!
//! Who has the right key never waits: on this machine every program has the same address, and a stranger's guesses must not lock a
//! person out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Long enough that a person notices, and nothing is guessed; the key alone, with its 256 bits, keeps out who changes the address.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A peer that was not wrong for this long after its wait starts anew.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(900);
/// Peers that are remembered; of more, the one whose wait ended first is forgotten.
const MOST_PEERS: usize = 1_024;

pub(crate) struct Backoff {
    free: u32,
    peers: Mutex<HashMap<IpAddr, Peer>>,
}

#[derive(Clone, Copy)]
struct Peer {
    /// Wrong keys that counted; those sent during a wait do not.
    wrong: u32,
    /// When it may be wrong again.
    waits_until: Instant,
}

impl Backoff {
    /// `free` wrong keys cost nothing.
    pub(crate) fn new(free: u32) -> Self {
        Self {
            free,
            peers: Mutex::default(),
        }
    }

    /// Takes note of a wrong key. Says how long the peer has to wait if it had to wait already.
    pub(crate) fn wrong_key(&self, from: IpAddr, now: Instant) -> Option<Duration> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        peers.retain(|_, peer| now < peer.waits_until + FORGOTTEN_AFTER);
        if peers.len() >= MOST_PEERS && !peers.contains_key(&from) {
            let first = peers.iter().min_by_key(|(_, peer)| peer.waits_until);
            if let Some(first) = first.map(|(address, _)| *address) {
                peers.remove(&first);
            }
        }
        let peer = peers.entry(from).or_insert(Peer {
            wrong: 0,
            waits_until: now,
        });
        if now < peer.waits_until {
            return Some(peer.waits_until - now);
        }
        peer.wrong = peer.wrong.saturating_add(1);
        let doublings = peer.wrong.checked_sub(self.free);
        let wait = doublings.map_or(Duration::ZERO, |doublings| {
            let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
            FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
        });
        peer.waits_until = now + wait;
        None
    }

    /// Whether a wrong key of this peer would be refused unseen.
    #[cfg(test)]
    pub(crate) fn is_waiting(&self, peer: IpAddr, now: Instant) -> bool {
        let peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        peers.get(&peer).is_some_and(|peer| now < peer.waits_until)
    }
}
