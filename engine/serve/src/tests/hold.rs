//! (temporary) holds a server open.
#[test]
#[ignore = "by hand"]
fn hold_open() {
    let options = crate::ServerOptions { port: 18123, key: Some("k".repeat(40)), ..Default::default() };
    let _served = super::start_with(options, super::TestSink::default(), vec![super::wine(2), super::price(7)]);
    std::thread::sleep(std::time::Duration::from_secs(100));
}
