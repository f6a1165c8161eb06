//! The registry: one sign for an alias, one edge for the sections, files with their sizes.

use egui_kittest::kittest::Queryable;

use super::learning::stage;

#[test]
fn sections_under_each_other_begin_at_one_edge() {
    let mut stage = stage("registry", "served");
    stage.harness.set_size(egui::vec2(460.0, 760.0));
    stage.harness.run();
    let left = |label: &str| stage.harness.get_by_label(label).rect().left();
    assert_eq!(left("Aliases"), left("Versions"));
}

#[test]
fn files_of_a_package_show_their_size() {
    let mut stage = stage("registry", "served");
    stage.harness.set_size(egui::vec2(1_180.0, 2_000.0));
    stage.harness.run();
    let sizes = stage.harness.query_all_by_label_contains(" KB").count();
    assert_eq!(sizes, 6, "one a file");
}
