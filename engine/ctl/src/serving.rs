//! `millctl serve`: endpoints until SIGTERM, then a drain. Whoever holds the project serves; when a holder ends, this program takes over.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use contract::{Answer, Ask, Command, ModelSelector, Refusal, ServerAddress};
use host::{Connection, HostError, Keeping, Kept};
use serde_json::json;

use crate::output;

/// How often a serve on somebody else's engine looks whether that is still there.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What others are told holds the project.
pub(crate) const PROGRAM: &str = "millctl serve";

pub(crate) fn serve(path: &Path, models: &[String], port: u16) -> Result<(), Refusal> {
    let selectors = models
        .iter()
        .map(|text| crate::commands::selector(text))
        .collect::<Result<Vec<_>, _>>()?;
    let (stop, stopped) = sync_channel(1);
    ctrlc::set_handler(move || {
        // A second signal finds the queue full: one is enough.
        let _enough = stop.try_send(());
    })
    .map_err(|error| Refusal::new(format!("signals cannot be handled: {error}")))?;
    let refused = |error: HostError| error.refusal();
    let mut connection = Connection::for_serving(path, PROGRAM).map_err(refused)?;
    let mut told = None;
    loop {
        // From the second time on the project knows its address.
        let wanted = if told.is_none() { port } else { 0 };
        let (address, keeping) = start(&connection, &selectors, wanted)?;
        if told.as_ref() != Some(&address) {
            output::json(&json!({ "url": address.url, "key": address.key }));
        }
        told = Some(address);
        match keeping {
            // Closing drains, and logs what was answered.
            None => {
                let _signal = stopped.recv();
                connection.close_now();
                return Ok(());
            }
            Some(keeping) => {
                if wait(&keeping, &stopped)? {
                    return keeping.end();
                }
            }
        }
        connection = Connection::take_over(path, PROGRAM).map_err(refused)?;
    }
}

/// Serves all of them, or none. There is something to keep only where somebody else holds the project.
fn start(
    connection: &Connection,
    selectors: &[ModelSelector],
    port: u16,
) -> Result<(ServerAddress, Option<Keeping>), Refusal> {
    if let Connection::Other(other) = connection {
        let (address, keeping) = other.keep(selectors, port)?;
        return Ok((address, Some(keeping)));
    }
    let mut address = None;
    for selector in selectors {
        let command = Command::StartEndpoint {
            selector: selector.clone(),
            port,
        };
        if let Answer::Server(server) =
            connection.ask(Ask::Command(command), &mut output::progress)?
        {
            address = server;
        }
    }
    address
        .map(|address| (address, None))
        .ok_or_else(|| Refusal::new("the server gave no address"))
}

/// True when a signal came, false when the holder has gone.
fn wait(keeping: &Keeping, stopped: &Receiver<()>) -> Result<bool, Refusal> {
    loop {
        match stopped.recv_timeout(LOOK_EVERY) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(true),
            Err(RecvTimeoutError::Timeout) => match keeping.look() {
                Kept::Served => {}
                Kept::Gone => return Ok(false),
                Kept::Stopped => {
                    return Err(Refusal::new(
                        "serving was stopped by the program that holds the project",
                    ));
                }
            },
        }
    }
}
