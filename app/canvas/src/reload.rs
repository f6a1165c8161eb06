//! Shaders of a debug build, read again when their file changes; what does not validate is refused and the last good pipeline stays.
#![expect(
    clippy::disallowed_methods,
    reason = "debug builds only: a shader's own small file is looked at while a drawing is drawn, at most twice a second; released builds have their shaders inside"
)]

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use egui_wgpu::wgpu;

/// Quick enough for a person who saves and looks up, and rare enough not to be felt.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The file of one shader, watched while its drawing is drawn.
pub(crate) struct ShaderFile {
    path: PathBuf,
    /// What was looked at last, good or not.
    text: String,
    modified: Option<SystemTime>,
    looked: Option<Instant>,
}

impl ShaderFile {
    /// The file `name` in the tree that this was built from. `embedded` is the text that was built in; a file that differs from it is newer.
    pub(crate) fn new(name: &str, embedded: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shaders");
        Self {
            path: folder.join(name),
            text: embedded.to_owned(),
            modified: None,
            looked: None,
        }
    }

    /// Looks for the file elsewhere.
    #[cfg(test)]
    pub(crate) fn lies_in(&mut self, folder: &Path) {
        self.path = folder.join(self.path.file_name().unwrap_or_default());
    }

    /// What `make` makes of the file's text, when that changed and is valid.
    pub(crate) fn remade<T>(
        &mut self,
        device: &wgpu::Device,
        now: Instant,
        make: impl FnOnce(&str) -> T,
    ) -> Option<T> {
        if !self.has_changed(now) {
            return None;
        }
        let made = validated(device, || make(&self.text));
        let path = self.path.display();
        match made {
            Ok(made) => {
                tracing::info!(%path, "the shader is drawn anew");
                Some(made)
            }
            Err(fault) => {
                tracing::error!(%path, %fault, "the shader is not valid; the last good one stays");
                None
            }
        }
    }

    /// Whether there is another text than before. A tree that is not there any more changes nothing.
    fn has_changed(&mut self, now: Instant) -> bool {
        let is_soon = |looked| now.duration_since(looked) < LOOK_EVERY;
        if self.looked.is_some_and(is_soon) {
            return false;
        }
        self.looked = Some(now);
        let meta = std::fs::metadata(&self.path);
        let Ok(modified) = meta.and_then(|meta| meta.modified()) else {
            return false;
        };
        if self.modified.replace(modified) == Some(modified) {
            return false;
        }
        match std::fs::read_to_string(&self.path) {
            Ok(text) if text != self.text => {
                self.text = text;
                true
            }
            Ok(_) => false,
            Err(error) => {
                tracing::warn!(path = %self.path.display(), %error, "could not read the shader");
                false
            }
        }
    }
}

/// What `make` makes on the card, or the card's complaint about it.
fn validated<T>(device: &wgpu::Device, make: impl FnOnce() -> T) -> Result<T, String> {
    // What only the driver finds is an internal error.
    let driver = device.push_error_scope(wgpu::ErrorFilter::Internal);
    let shader = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let made = make();
    let complaints = [complaint(shader.pop()), complaint(driver.pop())];
    match complaints.into_iter().flatten().next() {
        None => Ok(made),
        Some(fault) => Err(fault),
    }
}

/// Natively it is known at once; where it is not, the old drawing is the safe one.
fn complaint(popped: impl Future<Output = Option<wgpu::Error>>) -> Option<String> {
    let mut popped = pin!(popped);
    match popped
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(error) => error.map(|error| error.to_string()),
        Poll::Pending => Some("the device does not say whether it is valid".to_owned()),
    }
}
