//! `millctl serve`: endpoints until SIGTERM, then a drain.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use contract::{Answer, Ask, Command, ModelName, ModelSelector, Query, Refusal};
use host::Connection;
use serde_json::json;

use crate::output;

/// How often a serve on somebody else's engine looks whether that is still there.
const LOOK_EVERY: Duration = Duration::from_secs(2);

pub(crate) fn serve(connection: Connection, models: &[String], port: u16) -> Result<(), Refusal> {
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
    let mut address = None;
    for selector in &selectors {
        let command = Command::StartEndpoint {
            selector: selector.clone(),
            port,
        };
        match connection.ask(Ask::Command(command), &mut output::progress) {
            Ok(Answer::Server(server)) => address = server,
            Ok(_) => {}
            Err(refusal) => {
                stop_all(&connection, &selectors);
                connection.close_now();
                return Err(refusal);
            }
        }
    }
    let Some(address) = address else {
        return Err(Refusal::new("the server gave no address"));
    };
    output::json(&json!({ "url": address.url, "key": address.key }));
    wait(&connection, &stopped);
    stop_all(&connection, &selectors);
    connection.close_now();
    Ok(())
}

fn wait(connection: &Connection, stopped: &std::sync::mpsc::Receiver<()>) {
    loop {
        match (stopped.recv_timeout(LOOK_EVERY), connection) {
            (Ok(()) | Err(RecvTimeoutError::Disconnected), _) => return,
            (Err(RecvTimeoutError::Timeout), Connection::Own(_)) => {}
            (Err(RecvTimeoutError::Timeout), Connection::Other(other)) => {
                if other.ask(Ask::Query(Query::Server), &mut |_| {}).is_err() {
                    return;
                }
            }
        }
    }
}

fn stop_all(connection: &Connection, selectors: &[ModelSelector]) {
    let mut names: Vec<&ModelName> = selectors.iter().map(|selector| &selector.model).collect();
    names.dedup();
    for model in names {
        // It may not have been started, or be stopped already.
        let _gone = connection.ask(
            Ask::Command(Command::StopEndpoint {
                model: model.clone(),
            }),
            &mut |_| {},
        );
    }
}
