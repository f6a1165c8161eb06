//! `millctl doctor`: what this machine offers, and what this program is made of.

use contract::Refusal;
use serde_json::{Value, json};

use crate::output;

pub(crate) fn doctor(as_json: bool) -> Result<(), Refusal> {
    let devices = host::devices();
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let report = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
        "processors": processors,
        "memory_bytes": host::total_memory_bytes(),
        "devices": devices,
        "limits": host::limits(),
    });
    if as_json {
        output::json(&report);
        return Ok(());
    }
    output::line(&format!("Millrace {}", env!("CARGO_PKG_VERSION")));
    output::line(&format!(
        "{} {}, {processors} processors",
        std::env::consts::OS,
        std::env::consts::ARCH
    ));
    for device in &devices {
        let kind = match (device.is_gpu, device.is_software) {
            (true, _) => "GPU",
            (false, true) => "software, only used when asked for with --device gpu",
            (false, false) => "CPU",
        };
        output::line(&format!("{} ({}): {kind}", device.name, device.backend));
    }
    if let Some(Value::Object(limits)) = report.get("limits") {
        for (name, value) in limits {
            output::line(&format!("{name}: {value}"));
        }
    }
    Ok(())
}
