//! Who may talk to the server: this machine's own programs, by exact address, with the key.
//!
//! A page in a browser can reach loopback, and can be made to do so under a foreign name (DNS rebinding); hence Host and Origin are
//! compared exactly, on every method, before anything else is looked at.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use crate::backoff::Backoff;
use crate::refusal::Refusal;
use crate::routes::Permission;

/// 128 bits as hexadecimal digits.
pub(crate) const SHORTEST_KEY: usize = 32;

pub(crate) struct Guard {
    hosts: [String; 3],
    origins: [String; 3],
    key: String,
    backoff: Backoff,
}

impl Guard {
    /// `free_wrong_keys` are forgiven to each peer before it must wait.
    pub(crate) fn new(port: u16, key: String, free_wrong_keys: u32) -> Self {
        let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"));
        let origins = hosts.clone().map(|host| format!("http://{host}"));
        Self {
            hosts,
            origins,
            key,
            backoff: Backoff::new(free_wrong_keys),
        }
    }

    pub(crate) fn check(&self, parts: &Parts, permission: Permission) -> Result<(), Refusal> {
        self.check_host(parts)?;
        self.check_origin(&parts.headers)?;
        match permission {
            Permission::Health => Ok(()),
            Permission::Key => self.check_key(parts),
        }
    }

    fn check_host(&self, parts: &Parts) -> Result<(), Refusal> {
        let misdirected = || {
            Refusal::new(
                StatusCode::MISDIRECTED_REQUEST,
                "The Host of this request is not this server",
            )
            .hint(format!("use http://{}", self.hosts[0]))
        };
        let mut hosts = parts.headers.get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err(misdirected());
        };
        let is_ours = |name: &[u8]| {
            self.hosts
                .iter()
                .any(|host| host.as_bytes().eq_ignore_ascii_case(name))
        };
        // A request line may carry an address of its own, which then counts as well.
        let authority = parts.uri.authority();
        if is_ours(host.as_bytes())
            && authority.is_none_or(|authority| is_ours(authority.as_str().as_bytes()))
        {
            Ok(())
        } else {
            Err(misdirected())
        }
    }

    fn check_origin(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        for origin in headers.get_all(header::ORIGIN) {
            let is_ours = self
                .origins
                .iter()
                .any(|ours| ours.as_bytes().eq_ignore_ascii_case(origin.as_bytes()));
            if !is_ours {
                return Err(Refusal::new(
                    StatusCode::FORBIDDEN,
                    "Requests from other web pages are refused",
                ));
            }
        }
        for site in headers.get_all("sec-fetch-site") {
            if site != "same-origin" && site != "none" {
                return Err(Refusal::new(
                    StatusCode::FORBIDDEN,
                    "Requests from other sites are refused",
                ));
            }
        }
        Ok(())
    }

    fn check_key(&self, parts: &Parts) -> Result<(), Refusal> {
        let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(unknown("This request has no key"));
        };
        let bytes = value.as_bytes();
        let given = match bytes.split_at_checked(7) {
            Some((scheme, given)) if scheme.eq_ignore_ascii_case(b"bearer ") => given,
            _ => return Err(unknown("This request has no bearer key")),
        };
        if is_equal(given, self.key.as_bytes()) {
            return Ok(());
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let wait = peer.and_then(|peer| self.backoff.wrong_key(peer.0.ip(), Instant::now()));
        Err(match wait {
            Some(wait) => Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "The key is wrong, and so were too many before",
            )
            .hint("wait as long as the header Retry-After says, or send the right key at any time")
            .retry_after(wait),
            None => unknown("The key is wrong"),
        })
    }
}

fn unknown(error: &str) -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, error)
        .hint("send the header “Authorization: Bearer KEY” with the key of this server")
}

/// Compares in a time that does not depend on where the difference is.
fn is_equal(given: &[u8], key: &[u8]) -> bool {
    if given.len() != key.len() {
        return false;
    }
    // Eight bytes at a time: this is done for every request.
    let (given, given_rest) = given.as_chunks::<8>();
    let (key, key_rest) = key.as_chunks::<8>();
    let eights = given.iter().zip(key);
    let rest = given_rest.iter().zip(key_rest);
    let difference = eights.fold(0, |difference, (a, b)| {
        black_box(difference | (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)))
    });
    let difference = rest.fold(difference, |difference, (a, b)| {
        black_box(difference | u64::from(a ^ b))
    });
    difference == 0
}
