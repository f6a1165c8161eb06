//! A handler to measure against: the plainest axum server that parses the same `/predict` body and answers a constant.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Json;
use axum::routing::post;
use contract::ServerAddress;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::ServeError;
use crate::server::runtime;

/// A running yardstick; it stops when it is dropped. It asks for no key.
pub struct Yardstick {
    address: ServerAddress,
    runtime: Option<Runtime>,
}

#[derive(Deserialize)]
struct Request {
    records: Vec<Row>,
}

/// Reads a row as a derived struct would: values in their order, names not kept.
struct Row(Vec<Cell>);

enum Cell {
    Number(f64),
    Text(String),
    Missing,
}

#[derive(Serialize)]
struct Response {
    predictions: [f64; 1],
}

impl Yardstick {
    /// Listens on loopback; `port` 0 takes a free one. `POST /predict/{model}` answers whatever the model.
    ///
    /// # Errors
    /// When the port is taken or the system gives no threads.
    pub fn start(port: u16) -> Result<Self, ServeError> {
        let runtime = runtime().map_err(ServeError::Threads)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listening = |source| ServeError::Listen { port, source };
        let listener = runtime
            .block_on(TcpListener::bind(address))
            .map_err(listening)?;
        let address = ServerAddress {
            url: format!("http://{}", listener.local_addr().map_err(listening)?),
            key: String::new(),
        };
        let router = axum::Router::new().route("/predict/{model}", post(constant));
        runtime.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the yardstick broke off");
            }
        });
        Ok(Self {
            address,
            runtime: Some(runtime),
        })
    }

    pub fn address(&self) -> &ServerAddress {
        &self.address
    }
}

impl Drop for Yardstick {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_millis(100));
        }
    }
}

async fn constant(Json(request): Json<Request>) -> Json<Response> {
    // Something of every cell is used, so that none of the parsing can be left out.
    let used: usize = request
        .records
        .iter()
        .flat_map(|row| &row.0)
        .map(|cell| match cell {
            Cell::Number(number) => usize::from(number.is_nan()),
            Cell::Text(text) => text.len().min(1),
            Cell::Missing => 0,
        })
        .sum();
    Json(Response {
        predictions: [f64::from(u8::from(used == usize::MAX))],
    })
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut cells = Vec::new();
        while let Some((_, cell)) = map.next_entry::<IgnoredAny, Cell>()? {
            cells.push(cell);
        }
        Ok(Row(cells))
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl Visitor<'_> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Number(f64::from(u8::from(value))))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Number(value as f64))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Cell, E> {
        Ok(Cell::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Cell, E> {
        Ok(Cell::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Cell, E> {
        Ok(Cell::Text(value.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        Ok(Cell::Missing)
    }
}
