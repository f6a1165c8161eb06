//! Who gets in: nobody without the key, nobody under a foreign name, no page of another site.

use std::io::Write;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::{Client, TestSink, price, read_raw, start, start_with, wine};
use crate::ServerOptions;
use crate::backoff::Backoff;
use crate::routes::{Permission, ROUTES};

const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW",
];

fn client() -> (super::TestServer, Client) {
    let served = start(vec![wine(2), price(7)]);
    let client = served.client.clone();
    (served, client)
}

fn path(route: &str) -> String {
    route.replace("{model}", "wine").replace("{version}", "2")
}

/// The status of a request with these header lines.
fn status(client: &Client, method: &str, path: &str, headers: &[String]) -> u16 {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    client.raw(request.as_bytes()).0
}

fn host(client: &Client) -> String {
    format!("host: {}", client.host())
}

fn key(client: &Client) -> String {
    format!("authorization: Bearer {}", client.key)
}

#[test]
fn every_route_but_health_needs_the_key() {
    let options = ServerOptions {
        free_wrong_keys: u32::MAX,
        ..ServerOptions::default()
    };
    let served = start_with(options, TestSink::default(), vec![wine(2), price(7)]);
    let client = served.client.clone();
    let wrong = [
        None,
        Some("authorization: Bearer".to_owned()),
        Some("authorization: Bearer ".to_owned()),
        Some(format!("authorization: Bearer {}", "0".repeat(64))),
        Some(format!("authorization: Bearer {}", &client.key[..63])),
        Some(format!("authorization: Bearer {}0", client.key)),
        Some(format!("authorization: Basic {}", client.key)),
        Some(format!("authorization: {}", client.key)),
        Some(format!("cookie: key={}", client.key)),
    ];
    for route in ROUTES {
        for method in METHODS {
            for wrong in &wrong {
                let headers: Vec<String> = std::iter::once(host(&client))
                    .chain(wrong.clone())
                    .collect();
                let found = status(&client, method, &path(route.path), &headers);
                let is_open =
                    route.permission == Permission::Health && matches!(method, "GET" | "HEAD");
                let expected = if is_open { 200 } else { 401 };
                assert_eq!(found, expected, "{method} {} {wrong:?}", route.path);
            }
            let found = status(
                &client,
                method,
                &path(route.path),
                &[host(&client), key(&client)],
            );
            assert_ne!(found, 401, "{method} {}", route.path);
        }
    }
    assert_eq!(status(&client, "GET", "/nothing", &[host(&client)]), 401);
    let figures = served.server.figures(&contract::ModelName::new("wine"));
    assert_eq!(figures.predictions, 0);
}

#[test]
fn a_key_given_twice_is_no_key() {
    let (_served, client) = client();
    let headers = [host(&client), key(&client), key(&client)];
    assert_eq!(status(&client, "GET", "/v2", &headers), 401);
    let shouted = key(&client).replace("Bearer", "bearer");
    assert_eq!(
        status(&client, "GET", "/v2", &[host(&client), shouted]),
        200
    );
}

#[test]
fn many_wrong_keys_must_wait_and_the_right_one_never() {
    let options = ServerOptions {
        free_wrong_keys: 3,
        ..ServerOptions::default()
    };
    let served = start_with(options, TestSink::default(), vec![wine(2)]);
    let client = &served.client;
    let wrong = format!("authorization: Bearer {}", "0".repeat(64));
    let ask = |headers: &[&str]| {
        let headers = headers.join("\r\n");
        let request = format!(
            "GET /v2 HTTP/1.1\r\n{}\r\nconnection: close\r\n{headers}\r\n\r\n",
            host(client)
        );
        client.raw(request.as_bytes())
    };
    let started = Instant::now();
    for _ in 0..3 {
        assert_eq!(ask(&[&wrong]).0, 401);
    }
    let (status, text) = ask(&[&wrong]);
    assert_eq!(status, 429, "{text}");
    assert!(text.contains("retry-after: 1\r\n"), "{text}");
    assert!(text.contains("connection: close\r\n"), "{text}");
    assert!(text.contains("send the right key at any time"), "{text}");
    // Whoever has the key is answered meanwhile, and who sends none is told so.
    assert_eq!(ask(&[&key(client)]).0, 200);
    assert_eq!(ask(&[]).0, 401);
    assert_eq!(ask(&[&wrong]).0, 429);
    // After the wait one more is looked at, and the next wait is twice as long.
    std::thread::sleep(Duration::from_millis(1_100).saturating_sub(started.elapsed()));
    assert_eq!(ask(&[&wrong]).0, 401);
    let (status, text) = ask(&[&wrong]);
    assert_eq!(status, 429, "{text}");
    assert!(text.contains("retry-after: 2\r\n"), "{text}");
    assert_eq!(ask(&[&key(client)]).0, 200);
}

#[test]
fn waits_double_up_to_a_bound_and_are_forgotten() {
    let peer = |last: u8| IpAddr::from([127, 0, 0, last]);
    let backoff = Backoff::new(2);
    let mut now = Instant::now();
    assert_eq!(backoff.wrong_key(peer(1), now), None);
    assert_eq!(backoff.wrong_key(peer(1), now), None);
    let mut waits = Vec::new();
    for _ in 0..11 {
        let wait = backoff.wrong_key(peer(1), now).expect("a wait");
        waits.push(wait.as_secs());
        // Asking during the wait makes it no longer.
        assert_eq!(backoff.wrong_key(peer(1), now), Some(wait));
        // Others do not wait.
        assert_eq!(backoff.wrong_key(peer(waits.len() as u8 + 1), now), None);
        now += wait;
        assert_eq!(backoff.wrong_key(peer(1), now), None);
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    now += Duration::from_secs(300 + 900);
    assert_eq!(backoff.wrong_key(peer(1), now), None);
    assert_eq!(backoff.wrong_key(peer(1), now), None);
    assert_eq!(
        backoff.wrong_key(peer(1), now),
        Some(Duration::from_secs(1))
    );
}

#[test]
fn only_so_many_peers_are_remembered() {
    let backoff = Backoff::new(0);
    let now = Instant::now();
    let peer = |place: u32| IpAddr::from(place.to_be_bytes());
    for place in 0..5_000 {
        assert_eq!(backoff.wrong_key(peer(place), now), None);
    }
    let waiting = (0..5_000).filter(|&place| backoff.is_waiting(peer(place), now));
    assert_eq!(waiting.count(), 1_024);
}

const WITHOUT_PORT: &[&str] = &[
    "evil.com",
    "127.0.0.1.nip.io",
    "localhost.evil",
    "127.0.0.1",
    "localhost",
    "[::1]",
    "",
    "0.0.0.0",
    "127.0.0.2",
    "127.1",
    "2130706433",
    "0x7f000001",
    "[::]",
    "[::ffff:127.0.0.1]",
    "host.docker.internal",
    "127.0.0.1:",
    "localhost:",
    "127.0.0.1 evil.com",
];

/// These come with our port.
const FOREIGN: &[&str] = &[
    "evil.com",
    "127.0.0.1.nip.io",
    "localhost.evil",
    "evil.localhost",
    "0.0.0.0",
    "127.0.0.2",
    "127.1",
    "[::]",
    "[::ffff:127.0.0.1]",
    "localhost.",
    "user@127.0.0.1",
    "127.0.0.1:1",
    "xn--localhost",
];

#[test]
fn foreign_hosts_are_refused() {
    let (_served, client) = client();
    let port = client.port();
    let mut bad: Vec<Vec<String>> = WITHOUT_PORT
        .iter()
        .map(|name| vec![format!("host: {name}")])
        .collect();
    for name in FOREIGN {
        bad.push(vec![format!("host: {name}:{port}")]);
    }
    bad.push(vec![format!("host: 127.0.0.1:{}", port ^ 1)]);
    bad.push(vec![format!("host: localhost:0{port}")]);
    bad.push(vec![]);
    bad.push(vec![host(&client), host(&client)]);
    bad.push(vec![host(&client), "host: evil.com".into()]);
    for hosts in &bad {
        for method in METHODS {
            for place in ["/v2/health/live", "/v2", "/predict/wine", "/nothing"] {
                let mut headers = hosts.clone();
                headers.push(key(&client));
                let found = status(&client, method, place, &headers);
                assert!(
                    matches!(found, 421 | 400),
                    "{method} {place} {hosts:?}: {found}"
                );
            }
        }
    }
    let evil = format!("http://evil.com:{port}/v2");
    assert_eq!(
        status(&client, "GET", &evil, &[host(&client), key(&client)]),
        421
    );
    let own = format!("http://{}/v2", client.host());
    assert_eq!(
        status(&client, "GET", &own, &[host(&client), key(&client)]),
        200
    );
    for name in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        let headers = [format!("host: {name}:{port}"), key(&client)];
        assert_eq!(status(&client, "GET", "/v2", &headers), 200, "{name}");
    }
}

#[test]
fn foreign_origins_are_refused() {
    let (served, client) = client();
    let port = client.port();
    let mut bad: Vec<String> = [
        "null",
        "http://evil.com",
        "https://evil.com",
        "http://127.0.0.1",
        "http://localhost",
        "file://",
        "",
    ]
    .iter()
    .map(|origin| format!("origin: {origin}"))
    .collect();
    bad.push(format!("origin: https://127.0.0.1:{port}"));
    bad.push(format!("origin: http://127.0.0.1:{port}.evil.com"));
    bad.push(format!("origin: http://evil.com:{port}"));
    bad.push(format!("origin: http://evil-127.0.0.1:{port}"));
    bad.push("sec-fetch-site: cross-site".into());
    bad.push("sec-fetch-site: same-site".into());
    bad.push("sec-fetch-site: anything".into());
    for header in &bad {
        for method in METHODS {
            for place in ["/v2/health/live", "/v2", "/predict/wine"] {
                let headers = [host(&client), key(&client), header.clone()];
                assert_eq!(
                    status(&client, method, place, &headers),
                    403,
                    "{method} {place} {header}"
                );
            }
        }
    }
    for header in [
        format!("origin: http://127.0.0.1:{port}"),
        format!("origin: http://localhost:{port}"),
        "sec-fetch-site: same-origin".into(),
        "sec-fetch-site: none".into(),
    ] {
        let headers = [host(&client), key(&client), header.clone()];
        assert_eq!(status(&client, "GET", "/v2", &headers), 200, "{header}");
    }
    let answer = client.get("/v2");
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    drop(served);
}

#[test]
fn keys_are_long_random_and_visible() {
    let (first, second) = (start(vec![]), start(vec![]));
    assert_eq!(first.client.key.len(), 64);
    assert_ne!(first.client.key, second.client.key);
    for weak in [
        "",
        "short",
        &"x".repeat(31),
        &"ä".repeat(40),
        &"a b".repeat(20),
    ] {
        let options = ServerOptions {
            key: Some(weak.to_owned()),
            ..Default::default()
        };
        let refused =
            crate::Server::start(options, std::sync::Arc::new(super::TestSink::default()));
        assert!(
            matches!(refused, Err(crate::ServeError::WeakKey { .. })),
            "{weak}"
        );
    }
    let options = ServerOptions {
        key: Some("k".repeat(32)),
        ..Default::default()
    };
    let served = super::start_with(options, super::TestSink::default(), vec![]);
    assert_eq!(served.client.key, "k".repeat(32));
    assert_eq!(served.client.get("/v2").status, 200);
}

/// Lengths that contradict each other never reach a handler as two requests.
#[test]
fn smuggled_requests_are_refused() {
    let (_served, client) = client();
    let lines = format!("{}\r\n{}\r\n", host(&client), key(&client));
    let inner = format!("GET /v2 HTTP/1.1\r\n{lines}\r\n");
    for framing in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: -1\r\n",
        "content-length: 5, 6\r\n",
        "transfer-encoding: gzip\r\n",
        "transfer-encoding : chunked\r\n",
    ] {
        let mut stream = client.connect();
        let head = format!("POST /predict/wine HTTP/1.1\r\n{lines}{framing}\r\n");
        stream.write_all(head.as_bytes()).expect("a head");
        // The server may have closed already.
        let _ = stream.write_all(inner.as_bytes());
        let (status, text) = read_raw(&mut stream);
        assert!((400..500).contains(&status), "{framing}: {text}");
        assert_eq!(text.matches("HTTP/1.1").count(), 1, "{framing}: {text}");
    }
}
